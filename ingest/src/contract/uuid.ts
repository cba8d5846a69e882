/** Canonical lower-case UUIDs as 16 bytes: how ids travel in columns and how identities are hashed. Runs in browsers too. */

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Value of a lower-case hexadecimal digit by character code, 255 elsewhere. */
const digitValues = new Uint8Array(128).fill(255);
for (let value = 0; value < 16; value++) {
  digitValues[value.toString(16).charCodeAt(0)] = value;
}

/** The same by byte. */
const digitOfByte = new Uint8Array(256).fill(255);
digitOfByte.set(digitValues);

/** Where the 16 bytes stand in the 36 characters. */
const bytePositions = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/**
 * Writes the 16 bytes of `text` at `offset`. False, and nothing that counts is written, unless `text` is exactly
 * `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case: any other text is an id of its own.
 */
export function parseUuid(text: string, target: Uint8Array, offset: number): boolean {
  if (text.length !== 36) return false;
  if (
    text.charCodeAt(8) !== 0x2d ||
    text.charCodeAt(13) !== 0x2d ||
    text.charCodeAt(18) !== 0x2d ||
    text.charCodeAt(23) !== 0x2d
  ) {
    return false;
  }
  for (let index = 0; index < 16; index++) {
    const position = bytePositions[index] as number;
    const high = digitValues[text.charCodeAt(position)] ?? 255;
    const low = digitValues[text.charCodeAt(position + 1)] ?? 255;
    if ((high | low) > 15) return false;
    target[offset + index] = (high << 4) | low;
  }
  return true;
}

/** `parseUuid` of the 36 ASCII characters at `from` of `text`. */
export function parseUuidBytes(
  text: Uint8Array,
  from: number,
  target: Uint8Array,
  offset: number,
): boolean {
  if (
    text[from + 8] !== 0x2d ||
    text[from + 13] !== 0x2d ||
    text[from + 18] !== 0x2d ||
    text[from + 23] !== 0x2d
  ) {
    return false;
  }
  let bad = 0;
  for (let index = 0; index < 16; index++) {
    const position = from + (bytePositions[index] as number);
    const high = digitOfByte[text[position] as number] as number;
    const low = digitOfByte[text[position + 1] as number] as number;
    bad |= high | low;
    target[offset + index] = (high << 4) | low;
  }
  return bad <= 15;
}

/** The text of the 16 bytes at `offset`. */
export function formatUuid(bytes: Uint8Array, offset: number): string {
  let text = '';
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += hexDigits[bytes[offset + index] as number] as string;
  }
  return text;
}
