/**
 * A stored event as meters and charges see it, read from the canonical JSON text of its properties. Numbers are taken as
 * they are written, since a double would lose digits of an exact decimal. A text without inner object and escape is
 * searched for `"name":` (only a property's key can read so); any other is scanned once.
 */
import { parseQuantity } from '@tidemark/rater/money';
import type { Quantity } from '@tidemark/rater/money';
import type { UsageSample } from '@tidemark/rater/pricing';

/** One object for a whole fold: `moveTo` sets the event. */
export class StoredSample implements UsageSample {
  time = 0;
  offset = 0;
  index = 0;
  #data = '{}';
  #plain = true;
  #scanned: Map<string, string> | undefined;

  moveTo(event: {
    readonly time: number;
    readonly offset: number;
    readonly index: number;
    readonly data: string;
  }): this {
    this.time = event.time;
    this.offset = event.offset;
    this.index = event.index;
    this.#data = event.data;
    this.#plain = !event.data.includes('{', 1) && !event.data.includes('\\');
    this.#scanned = undefined;
    return this;
  }

  decimal(property: string): Quantity | undefined | 'not-a-number' {
    const raw = this.#raw(property);
    if (raw === undefined) return undefined;
    const text = raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
    return parseQuantity(text) ?? 'not-a-number';
  }

  text(property: string): string | undefined {
    const raw = this.#raw(property);
    if (raw === undefined || raw === 'null' || raw.startsWith('[') || raw.startsWith('{')) {
      return undefined;
    }
    return raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
  }

  /** The property's JSON text. */
  #raw(property: string): string | undefined {
    if (this.#plain) {
      const key = `${JSON.stringify(property)}:`;
      const at = this.#data.indexOf(key);
      if (at < 0) return undefined;
      const from = at + key.length;
      return this.#data.slice(from, endOfValue(this.#data, from));
    }
    this.#scanned ??= scanObject(this.#data);
    return this.#scanned.get(property);
  }
}

/** Name -> JSON text of the value, of the outermost object of a canonical JSON text. */
function scanObject(json: string): Map<string, string> {
  const values = new Map<string, string>();
  let at = 1;
  while (at < json.length - 1) {
    if (json[at] === ',') at++;
    const nameEnd = endOfString(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const end = endOfValue(json, nameEnd + 1);
    values.set(name, json.slice(nameEnd + 1, end));
    at = end;
  }
  return values;
}

const quote = 0x22;
const backslash = 0x5c;

/** Index behind the value that starts at `from`. */
function endOfValue(json: string, from: number): number {
  let depth = 0;
  for (let at = from; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit === quote) at = endOfString(json, at) - 1;
    else if (unit === 0x7b || unit === 0x5b) depth++;
    else if (unit === 0x7d || unit === 0x5d) {
      if (depth === 0) return at;
      depth--;
    } else if (unit === 0x2c && depth === 0) return at;
  }
  return json.length;
}

/** Index behind the closing quote of the string that opens at `from`. */
function endOfString(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit === quote) return at + 1;
    if (unit === backslash) at++;
  }
  return json.length;
}
