/**
 * ASCII bytes as strings, the same string for the same bytes most of the time: customers, types and property names recur
 * in every request, and a string that is known already costs no allocation and has its hash. A bounded table without
 * chains: a text that meets another one in its place takes it. Node only.
 */
const slots = 32_768;
/** Longer texts are made anew: they are seldom names. */
const internedLengthMax = 64;

export class TextInterner {
  readonly #texts = new Array<string>(slots).fill('');

  /** `[from, to)` of `bytes`, all ASCII; `hash` is any hash of them. */
  intern(bytes: Uint8Array, from: number, to: number, hash: number): string {
    const length = to - from;
    if (length > internedLengthMax) return asciiText(bytes, from, to);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const known = this.#texts[slot] as string;
    if (known.length === length && isText(known, bytes, from)) return known;
    const text = asciiText(bytes, from, to);
    this.#texts[slot] = text;
    return text;
  }
}

/** A string of its own, which keeps no buffer in memory. */
export function asciiText(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

function isText(text: string, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== bytes[from + at]) return false;
  }
  return true;
}
