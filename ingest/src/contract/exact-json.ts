/**
 * JSON in, without silent loss: `JSON.parse` rounds number literals and drops duplicate keys. One pass over the text
 * finds whether either can have happened (a literal that a double does not keep; more colons than keys). Only then the
 * text is read again by a slow reader that puts a `JsonFlaw` where the damage is, so that one bad event does not spoil
 * its batch. The reviver of `JSON.parse` knows the literals too, but costs every caller several times the parse and
 * cannot see duplicate keys (docs/adr/0010). Runs in browsers too.
 */
import { normalizeLiteral } from './number-literal.ts';

export type JsonFlawCode =
  'ingest/number-not-exact' | 'ingest/duplicate-key' | 'ingest/data-too-deep';

/** Stands in a parsed document for a value that cannot be trusted. */
export class JsonFlaw {
  readonly code: JsonFlawCode;
  readonly message: string;
  /** What could be read of a flawed object: the last value of each key. */
  readonly value: unknown;

  constructor(code: JsonFlawCode, message: string, value: unknown) {
    this.code = code;
    this.message = message;
    this.value = value;
  }
}

export type ExactJson =
  | { readonly kind: 'ok'; readonly value: unknown }
  | { readonly kind: 'rejected'; readonly code: 'ingest/not-json'; readonly message: string };

/** Containers within containers that are read at all; a usage event with the deepest allowed data needs fewer. */
const nestingMax = 64;

/** Parses `text`; `value` holds a `JsonFlaw` wherever plain `JSON.parse` would have lost something. */
export function parseExactJson(text: string): ExactJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'rejected', code: 'ingest/not-json', message: 'The text is not valid JSON.' };
  }
  const keys = countWrittenKeys(text);
  if (keys !== undefined && keys === countKeys(value)) return { kind: 'ok', value };
  return { kind: 'ok', value: new FlawFinder(text).read() };
}

/** Whether JavaScript holds the number that a JSON literal writes: a safe integer part and every digit kept. */
export function isExactLiteral(literal: string): boolean {
  const value = Number(literal);
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return false;
  return normalizeLiteral(literal) === normalizeLiteral(String(value));
}

const quote = 0x22;
const backslash = 0x5c;

/** Colons outside of strings of a valid JSON text; undefined when a literal is not exact or the nesting is too deep. */
function countWrittenKeys(text: string): number | undefined {
  let keys = 0;
  let depth = 0;
  const { length } = text;
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      at = endOfString(text, at);
    } else if (unit === 0x3a) {
      keys++;
    } else if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) {
      const end = endOfNumber(text, at);
      if (end < 0 && !isExactLiteral(text.slice(at, -end))) return undefined;
      at = Math.abs(end) - 1;
    } else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > nestingMax) return undefined;
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return keys;
}

/** Index of the closing quote of the string that opens at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at;
    at += unit === backslash ? 2 : 1;
  }
}

/**
 * Index behind the number that starts at `from`; negative when it may not be exact, since it has an exponent or more
 * than 15 digits (any decimal of at most 15 digits survives a double).
 */
function endOfNumber(text: string, from: number): number {
  let at = from;
  let exponent = false;
  let digits = 0;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x30 && unit <= 0x39) digits++;
    else if (unit === 0x65 || unit === 0x45) exponent = true;
    else if (unit !== 0x2e && unit !== 0x2d && unit !== 0x2b) break;
  }
  return exponent || digits > 15 ? -at : at;
}

/** Property names of a value whose nesting is known to be within bounds. */
export function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) keys += countKeys(item);
    return keys;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const name in object) {
    keys++;
    const inner = object[name];
    if (typeof inner === 'object') keys += countKeys(inner);
  }
  return keys;
}

/** Reads a text that `JSON.parse` has accepted, so it checks no syntax. */
class FlawFinder {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    return this.#value(0);
  }

  #value(depth: number): unknown {
    const unit = this.#skipSpace();
    if (unit === quote) return this.#string();
    if (unit === 0x7b) return depth < nestingMax ? this.#object(depth) : this.#tooDeep();
    if (unit === 0x5b) return depth < nestingMax ? this.#array(depth) : this.#tooDeep();
    if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) return this.#number();
    this.#at += unit === 0x66 ? 5 : 4;
    return unit === 0x6e ? null : unit === 0x74;
  }

  #object(depth: number): unknown {
    const object: Record<string, unknown> = {};
    const names = new Set<string>();
    let duplicate: string | undefined;
    this.#at++;
    while (this.#skipSpace() !== 0x7d) {
      if (this.#unit() === 0x2c) {
        this.#at++;
        this.#skipSpace();
      }
      const name = this.#string();
      this.#skipSpace();
      this.#at++;
      if (names.has(name)) duplicate ??= name;
      names.add(name);
      // A plain assignment to __proto__ would set the prototype instead of a property.
      Object.defineProperty(object, name, {
        value: this.#value(depth + 1),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    this.#at++;
    if (duplicate === undefined) return object;
    const message = `The key ${JSON.stringify(duplicate.slice(0, 64))} occurs twice in one object.`;
    return new JsonFlaw('ingest/duplicate-key', message, object);
  }

  #array(depth: number): unknown {
    const items: unknown[] = [];
    this.#at++;
    while (this.#skipSpace() !== 0x5d) {
      if (this.#unit() === 0x2c) this.#at++;
      items.push(this.#value(depth + 1));
    }
    this.#at++;
    return items;
  }

  #string(): string {
    const from = this.#at;
    this.#at = endOfString(this.#text, from) + 1;
    return JSON.parse(this.#text.slice(from, this.#at)) as string;
  }

  #number(): unknown {
    const from = this.#at;
    this.#at = Math.abs(endOfNumber(this.#text, from));
    const literal = this.#text.slice(from, this.#at);
    if (isExactLiteral(literal)) return Number(literal);
    const message = `The number ${literal.slice(0, 64)} cannot be held exactly; send it as a decimal string.`;
    return new JsonFlaw('ingest/number-not-exact', message, null);
  }

  /** Passes over a container without recursion. */
  #tooDeep(): JsonFlaw {
    let depth = 0;
    do {
      const unit = this.#unit();
      if (unit === quote) this.#at = endOfString(this.#text, this.#at);
      else if (unit === 0x7b || unit === 0x5b) depth++;
      else if (unit === 0x7d || unit === 0x5d) depth--;
      this.#at++;
    } while (depth > 0);
    return new JsonFlaw('ingest/data-too-deep', 'The data is nested too deeply.', null);
  }

  #unit(): number {
    return this.#text.charCodeAt(this.#at);
  }

  /** Moves to the next character that is no white space and returns it. */
  #skipSpace(): number {
    for (;;) {
      const unit = this.#unit();
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return unit;
      this.#at++;
    }
  }
}
