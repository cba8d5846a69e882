/**
 * The fast way from JSON to events: one pass over the bytes of a body, straight into flat lists, without `JSON.parse`, an
 * object or a string that is known already. It reads what usual events look like (ASCII without escapes, flat data,
 * numbers of at most 15 digits, times in UTC) and gives up at the first byte that is anything else, valid or not: the
 * exact reader then reads the body from its start. So this file decides nothing: whatever it does read, the exact reader
 * accepts with the same result (a property in plain-event-scanner.test.ts). Node only.
 */
import { parsePlainTime } from './event-time.ts';
import { batchLimits, eventLimits, forbiddenPropertyNames } from './limits.ts';
import { PlainEvents, plainKind } from './plain-events.ts';
import { asciiText, TextInterner } from './text-interner.ts';
import { parseUuidBytes } from './uuid.ts';

export interface PlainShape {
  /** One event, an array of events, or one event a line. */
  readonly text: 'one' | 'many' | 'one-or-many' | 'lines';
  readonly specversionRequired: boolean;
}

/** So long an event is within the limit of its size however its canonical form differs from what was sent. */
const eventLengthMax = eventLimits.eventBytesMax / 2;
const propertiesMax = 64;
const nameLengthMax = 64;
/** A decimal of so many digits survives a double, and has at most as many decimals as a quantity. */
const digitsMax = 15;

const field = {
  id: 1,
  source: 2,
  type: 4,
  subject: 8,
  time: 16,
  data: 32,
  version: 64,
  media: 128,
};
const required = field.id | field.source | field.type | field.subject | field.time;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const lineFeed = 0x0a;

/** 1 for the bytes that may stand in a string as themselves: ASCII but quote, backslash and controls. */
const plainByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== quote && byte !== 0x5c ? 1 : 0,
);

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const words = {
  id: ascii('id'),
  type: ascii('type'),
  time: ascii('time'),
  data: ascii('data'),
  source: ascii('source'),
  subject: ascii('subject'),
  specversion: ascii('specversion'),
  datacontenttype: ascii('datacontenttype'),
  version: ascii('1.0'),
  json: ascii('application/json'),
  true: ascii('true'),
  false: ascii('false'),
};

export class PlainEventScanner {
  readonly #interner = new TextInterner();
  #events = new PlainEvents();
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  /** Of the string that was read last. */
  #from = 0;
  #to = 0;
  #hash = 0;

  /** The events of a body, valid until the next call; `undefined` when it holds anything unusual. */
  scan(bytes: Uint8Array, tenant: string, shape: PlainShape): PlainEvents | undefined {
    // What an exceptional body has stretched is not kept for ever.
    if (this.#events.names.length > 65_536) this.#events = new PlainEvents();
    const events = this.#events;
    events.tenant = tenant;
    events.length = 0;
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
    const done = shape.text === 'lines' ? this.#lines(shape) : this.#body(shape);
    this.#bytes = new Uint8Array(0);
    return done && events.length > 0 ? events : undefined;
  }

  #body(shape: PlainShape): boolean {
    if (this.#peek() === 0x5b) return shape.text !== 'one' && this.#array(shape) && this.#atEnd();
    return shape.text !== 'many' && this.#event(shape) && this.#atEnd();
  }

  #array(shape: PlainShape): boolean {
    this.#at++;
    for (;;) {
      if (this.#events.length === batchLimits.requestEventsMax || !this.#event(shape)) return false;
      const byte = this.#peek();
      this.#at++;
      if (byte === 0x5d) return true;
      if (byte !== comma) return false;
    }
  }

  #lines(shape: PlainShape): boolean {
    const { length } = this.#bytes;
    for (let from = 0; from < length;) {
      const feed = this.#bytes.indexOf(lineFeed, from);
      this.#at = from;
      this.#end = feed < 0 ? length : feed;
      from = this.#end + 1;
      if (this.#peek() === -1) continue;
      if (this.#events.length === batchLimits.requestEventsMax) return false;
      if (!this.#event(shape) || !this.#atEnd()) return false;
    }
    return true;
  }

  #event(shape: PlainShape): boolean {
    if (!this.#take(0x7b)) return false;
    const from = this.#at;
    const events = this.#events;
    const propertyStart = events.propertyStart(events.length);
    events.propertyEnds[events.length] = propertyStart;
    let seen = 0;
    for (;;) {
      const read = this.#attribute();
      if (read === 0 || (seen & read) !== 0) return false;
      seen |= read;
      const byte = this.#peek();
      this.#at++;
      if (byte === 0x7d) break;
      if (byte !== comma) return false;
    }
    if ((seen & required) !== required) return false;
    if (shape.specversionRequired && (seen & field.version) === 0) return false;
    if (this.#at - from > eventLengthMax) return false;
    events.length++;
    return true;
  }

  /** Reads one attribute with its name; which one it was, or 0. */
  #attribute(): number {
    if (!this.#take(quote) || !this.#string()) return 0;
    const from = this.#from;
    const length = this.#to - from;
    if (!this.#take(colon)) return 0;
    switch (length) {
      case 2:
        return this.#matches(from, words.id) && this.#id() ? field.id : 0;
      case 4:
        if (this.#matches(from, words.type)) return this.#text(this.#events.types, field.type);
        if (this.#matches(from, words.time)) return this.#time() ? field.time : 0;
        return this.#matches(from, words.data) && this.#data() ? field.data : 0;
      case 6:
        if (!this.#matches(from, words.source)) return 0;
        return this.#text(this.#events.sources, field.source);
      case 7:
        if (!this.#matches(from, words.subject)) return 0;
        return this.#text(this.#events.subjects, field.subject);
      case 11:
        if (!this.#matches(from, words.specversion)) return 0;
        return this.#exactly(words.version) ? field.version : 0;
      case 15:
        if (!this.#matches(from, words.datacontenttype)) return 0;
        return this.#exactly(words.json) ? field.media : 0;
      default:
        return 0;
    }
  }

  #text(list: string[], attribute: number): number {
    if (!this.#take(quote) || !this.#string() || !this.#isAttribute()) return 0;
    list[this.#events.length] = this.#interned();
    return attribute;
  }

  #isAttribute(): boolean {
    const length = this.#to - this.#from;
    return length > 0 && length <= eventLimits.attributeBytesMax;
  }

  #id(): boolean {
    if (!this.#take(quote)) return false;
    const events = this.#events;
    events.reserveId();
    const at = this.#at;
    const end = at + 36;
    if (
      end < this.#end &&
      this.#bytes[end] === quote &&
      parseUuidBytes(this.#bytes, at, events.ids, events.length * 16)
    ) {
      this.#at = end + 1;
      events.idTexts[events.length] = undefined;
      return true;
    }
    if (!this.#string() || !this.#isAttribute()) return false;
    events.idTexts[events.length] = asciiText(this.#bytes, this.#from, this.#to);
    return true;
  }

  #time(): boolean {
    if (!this.#take(quote) || !this.#string()) return false;
    const time = parsePlainTime(this.#bytes, this.#from, this.#to);
    if (time === undefined) return false;
    this.#events.times[this.#events.length] = time;
    return true;
  }

  #exactly(word: Uint8Array): boolean {
    if (!this.#take(quote) || !this.#string()) return false;
    return this.#to - this.#from === word.length && this.#matches(this.#from, word);
  }

  #data(): boolean {
    if (!this.#take(0x7b)) return false;
    const events = this.#events;
    const start = events.propertyStart(events.length);
    let next = start;
    if (this.#peek() === 0x7d) {
      this.#at++;
      return true;
    }
    for (;;) {
      if (next - start === propertiesMax || !this.#property(start, next)) return false;
      next++;
      const byte = this.#peek();
      this.#at++;
      if (byte === 0x7d) break;
      if (byte !== comma) return false;
    }
    events.propertyEnds[events.length] = next;
    return true;
  }

  /** Reads a property as number `at` of the lists; those of the event begin at `start`. */
  #property(start: number, at: number): boolean {
    if (!this.#take(quote) || !this.#string() || this.#to - this.#from > nameLengthMax)
      return false;
    const name = this.#interned();
    if (forbiddenPropertyNames.has(name)) return false;
    const { names } = this.#events;
    for (let other = start; other < at; other++) if (names[other] === name) return false;
    names[at] = name;
    return this.#take(colon) && this.#value(at);
  }

  #value(at: number): boolean {
    const events = this.#events;
    const byte = this.#peek();
    if (byte === quote) {
      this.#at++;
      if (!this.#string()) return false;
      this.#set(at, plainKind.string, 0, 0);
      events.texts[at] = this.#interned();
      return true;
    }
    events.texts[at] = '';
    if (byte === 0x74 || byte === 0x66) {
      const word = byte === 0x74 ? words.true : words.false;
      if (this.#end - this.#at < word.length || !this.#matches(this.#at, word)) return false;
      this.#at += word.length;
      this.#set(at, plainKind.boolean, byte === 0x74 ? 1 : 0, 0);
      return true;
    }
    return this.#number(at);
  }

  #set(at: number, kind: number, integer: number, scale: number): void {
    const { kinds, integers, scales } = this.#events;
    kinds[at] = kind;
    integers[at] = integer;
    scales[at] = scale;
  }

  /** `-?(0|[1-9]\d*)(\.\d+)?` of at most 15 digits. What follows must not be part of a number; the caller sees to that. */
  #number(at: number): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let next = this.#at;
    const negative = bytes[next] === 0x2d;
    if (negative) next++;
    const first = next;
    let value = 0;
    let point = -1;
    for (; next < end; next++) {
      const digit = (bytes[next] as number) - 0x30;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (digit === -2 && point < 0) point = next;
      else break;
    }
    const digits = next - first - (point < 0 ? 0 : 1);
    if (digits < 1 || digits > digitsMax || point === first || point === next - 1) return false;
    // A leading zero stands alone before the point.
    if (bytes[first] === 0x30 && digits > 1 && point !== first + 1) return false;
    let scale = point < 0 ? 0 : next - point - 1;
    while (scale > 0 && value % 10 === 0) {
      value /= 10;
      scale--;
    }
    this.#at = next;
    this.#set(at, plainKind.number, negative && value !== 0 ? -value : value, scale);
    return true;
  }

  /** Reads to the closing quote; false at whatever does not stand for itself. */
  #string(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    let hash = 0;
    this.#from = at;
    while (at < end) {
      const byte = bytes[at] as number;
      if (plainByte[byte] === 0) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
      at++;
    }
    if (at >= end || bytes[at] !== quote) return false;
    this.#to = at;
    this.#hash = Math.imul(hash, 0x9e37_79b1);
    this.#at = at + 1;
    return true;
  }

  #interned(): string {
    return this.#interner.intern(this.#bytes, this.#from, this.#to, this.#hash);
  }

  #matches(from: number, word: Uint8Array): boolean {
    const bytes = this.#bytes;
    for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word[at]) return false;
    return true;
  }

  /** Passes over white space; the byte that follows, -1 at the end. */
  #peek(): number {
    const bytes = this.#bytes;
    while (this.#at < this.#end) {
      const byte = bytes[this.#at] as number;
      if (byte > 0x20 || (byte !== 0x20 && byte !== lineFeed && byte !== 0x0d && byte !== 0x09)) {
        return byte;
      }
      this.#at++;
    }
    return -1;
  }

  /** Passes over white space and takes `byte` if it follows. */
  #take(byte: number): boolean {
    if (this.#peek() !== byte) return false;
    this.#at++;
    return true;
  }

  #atEnd(): boolean {
    return this.#peek() === -1;
  }
}
