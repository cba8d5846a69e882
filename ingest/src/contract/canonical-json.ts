/**
 * Canonical JSON: keys sorted by UTF-16 code unit, numbers as the shortest exact decimal without exponent, no spaces.
 * JSON and columnar copies of one event have the same text, so payload hashes agree. Runs in browsers too.
 */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** `value` must hold exact numbers and well-formed strings only; `parseUsageEvent` and `parseExactJson` see to that. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'number') return canonicalNumber(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const object = value as JsonObject;
  let text = '';
  for (const name of Object.keys(object).sort()) {
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(object[name] as JsonValue)}`;
  }
  return `{${text}}`;
}

/** The shortest decimal that reads back as `value`, without exponent; -0 is `0`. */
export function canonicalNumber(value: number): string {
  const text = String(value);
  // String() writes an exponent from 1e21 up and below 1e-6 only; -0 it writes as 0.
  return text.includes('e') ? withoutExponent(text) : text;
}

/** `integer x 10^-scale` as canonical decimal text; `integer` is safe, 0 <= scale <= 18. */
export function scaledText(integer: number, scale: number): string {
  if (scale === 0 || integer === 0) return String(integer);
  const digits = String(Math.abs(integer)).padStart(scale + 1, '0');
  let end = digits.length;
  const point = end - scale;
  while (end > point && digits.charCodeAt(end - 1) === 48) end--;
  const text =
    end === point
      ? digits.slice(0, point)
      : `${digits.slice(0, point)}.${digits.slice(point, end)}`;
  return integer < 0 ? `-${text}` : text;
}

/** UTF-8 length of well-formed text; a lone surrogate counts as three bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && index + 1 < text.length) {
      bytes += 2;
      index++;
    } else bytes += 2;
  }
  return bytes;
}

function withoutExponent(text: string): string {
  const negative = text.startsWith('-');
  const [mantissa = '', exponentText = '0'] = text.slice(negative ? 1 : 0).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(exponentText);
  let unsigned: string;
  if (point <= 0) unsigned = `0.${'0'.repeat(-point)}${digits}`;
  else if (point >= digits.length) unsigned = digits + '0'.repeat(point - digits.length);
  else unsigned = `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${unsigned}` : unsigned;
}
