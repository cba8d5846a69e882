/**
 * The payload hash of usage events: 64 bits that tell whether two events of one identity say the same, stored for years like
 * the fingerprint. It is over the values, not over how they travelled: JSON and columnar copies agree, 1.50 and 1.5 are one
 * number, 5 and "5" are two values. Computed for a whole envelope at once, column by column, as a CBC-MAC a row:
 *
 *   first block = SipHash of the type (64 bits), time in microseconds (53 bits and sign), number of properties
 *   then, by property name (UTF-16 code units), one block each:
 *     a number i x 10^-s:  SipHash-128 of the name  xor  (i, s), without trailing zeros
 *     anything else:       SipHash-128 of (kind, name, value as canonical text)
 *   payload hash = the first 64 bits of the last state
 *
 * The number of blocks stands in the first one, so no row's message is the beginning of another's (docs/adr/0044).
 */
import { scaledText } from '@tidemark/ingest/contract';
import type { EventColumns, PropertyColumn, PropertyValues } from '@tidemark/ingest/contract';
import { assert } from '@tidemark/platform/errors';
import { BlockCipher, lanesPerBlock } from './block-cipher.ts';
import { entryAt } from './property-reader.ts';
import { SipHash128 } from './sip-hash.ts';

const encoder = new TextEncoder();
const twoTo32 = 0x1_0000_0000;
/** The high half of a time: 21 bits and the sign, two's complement. */
const timeHighBits = 22;
const timeHighMask = (1 << timeHighBits) - 1;
const propertiesMax = 1 << (32 - timeHighBits);

/** What a hashed text is; the names of numbers are hashed apart from texts. */
const textTags = {
  type: 't',
  number: 'n',
  string: 's',
  boolean: 'b',
  json: 'j',
  'decimal-text': 'd',
};

export class PayloadHasher {
  readonly #sip: SipHash128;
  readonly #cipher: BlockCipher;
  #words = new Uint32Array(64);

  /** `key`: the installation's 16-byte fingerprint key. */
  constructor(key: Uint8Array) {
    this.#sip = new SipHash128(key, { compression: 1, finalization: 3 });
    this.#cipher = new BlockCipher(key, 'payload');
  }

  /** Of all rows, four lanes each: the hash is the first two, low half first. */
  hashes(columns: EventColumns): Uint32Array<ArrayBuffer> {
    const properties = [...columns.properties].sort((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
    );
    let state = this.#cipher.encrypt(this.#firstBlocks(columns), columns.count);
    for (const property of properties) {
      if (property.rows === null) {
        this.#join(state, property, columns.count);
        state = this.#cipher.encrypt(state, columns.count);
      } else this.#chainSome(state, property, property.rows);
    }
    return state;
  }

  #firstBlocks({ count, type, time, properties }: EventColumns): Uint32Array<ArrayBuffer> {
    const blocks = new Uint32Array(count * lanesPerBlock);
    const types = type.dictionary.map((text) => this.#hashText(textTags.type, text, ''));
    for (let row = 0; row < count; row++) {
      const hash = types[entryAt(type, row)];
      const instant = time[row] ?? 0;
      const at = row * lanesPerBlock;
      blocks[at] = hash?.[0] ?? 0;
      blocks[at + 1] = hash?.[1] ?? 0;
      // Storing into an unsigned lane takes the number modulo 2^32.
      blocks[at + 2] = instant;
      blocks[at + 3] = Math.floor(instant / twoTo32) & timeHighMask;
    }
    addPropertyCounts(blocks, count, properties);
    return blocks;
  }

  /** Joins each row's block with the state; `property` has a value in every row. */
  #join(state: Uint32Array, { name, values }: PropertyColumn, count: number): void {
    switch (values.kind) {
      case 'decimal': {
        const numbers = new NumberBlocks(state, this.#hashText(textTags.number, name, ''));
        const { integers, scale } = values;
        for (let at = 0; at < count; at++) numbers.join(at, integers[at] ?? 0, scale);
        return;
      }
      case 'string': {
        const { dictionary } = values.column;
        const hashes = dictionary.map((text) => this.#hashText(textTags.string, name, text));
        for (let at = 0; at < count; at++) {
          joinLanes(state, at * lanesPerBlock, hashes[entryAt(values.column, at)]);
        }
        return;
      }
      case 'boolean':
      case 'json':
      case 'decimal-text':
        this.#joinTexts(state, name, values, count);
    }
  }

  #joinTexts(
    state: Uint32Array,
    name: string,
    values: Exclude<PropertyValues, { kind: 'decimal' | 'string' }>,
    count: number,
  ): void {
    const numbers = new NumberBlocks(state, this.#hashText(textTags.number, name, ''));
    for (let at = 0; at < count; at++) {
      const text =
        values.kind === 'boolean' ? String(values.values[at]) : (values.values[at] ?? '');
      const number = values.kind === 'decimal-text' ? safeNumber(text) : undefined;
      if (number === undefined) {
        joinLanes(state, at * lanesPerBlock, this.#hashText(textTags[values.kind], name, text));
      } else numbers.join(at, number.integer, number.scale);
    }
  }

  /** The chain of those rows only that have the property. */
  #chainSome(state: Uint32Array, property: PropertyColumn, rows: Uint32Array): void {
    const some = new Uint32Array(rows.length * lanesPerBlock);
    rows.forEach((row, at) => {
      const from = row * lanesPerBlock;
      some.set(state.subarray(from, from + lanesPerBlock), at * lanesPerBlock);
    });
    this.#join(some, property, rows.length);
    const chained = this.#cipher.encrypt(some, rows.length);
    rows.forEach((row, at) => {
      const from = at * lanesPerBlock;
      state.set(chained.subarray(from, from + lanesPerBlock), row * lanesPerBlock);
    });
  }

  /** SipHash-1-3-128 of u32 bytes of the name, tag and name, then the text. */
  #hashText(tag: string, name: string, text: string): Uint32Array {
    const head = encoder.encode(tag + name);
    const tail = encoder.encode(text);
    const length = 4 + head.length + tail.length;
    if (this.#words.length * 4 < length + 16) this.#words = new Uint32Array((length + 16) >>> 1);
    const bytes = new Uint8Array(this.#words.buffer);
    this.#words[0] = head.length;
    bytes.set(head, 4);
    bytes.set(tail, 4 + head.length);
    this.#sip.finish(null, this.#words, length, length);
    return this.#sip.lanes.slice();
  }
}

/** The number of a row's properties, above the time's high half. */
function addPropertyCounts(
  blocks: Uint32Array,
  count: number,
  properties: readonly PropertyColumn[],
): void {
  const everywhere = properties.filter(({ rows }) => rows === null).length;
  const counts = new Uint16Array(count).fill(everywhere);
  for (const { rows } of properties) {
    if (rows !== null) for (const row of rows) counts[row] = (counts[row] ?? 0) + 1;
  }
  for (let row = 0; row < count; row++) {
    const own = counts[row] ?? 0;
    assert(own < propertiesMax, 'An event has more properties than the contract allows.');
    const lane = row * lanesPerBlock + 3;
    blocks[lane] = (blocks[lane] ?? 0) | (own << timeHighBits);
  }
}

function joinLanes(state: Uint32Array, at: number, block: Uint32Array | undefined): void {
  for (let lane = 0; lane < lanesPerBlock; lane++) {
    state[at + lane] = (state[at + lane] ?? 0) ^ (block?.[lane] ?? 0);
  }
}

/** Joins the blocks of numbers of one property. */
class NumberBlocks {
  readonly #state: Uint32Array;
  readonly #name: Uint32Array;

  constructor(state: Uint32Array, nameHash: Uint32Array) {
    this.#state = state;
    this.#name = nameHash;
  }

  join(at: number, integer: number, scale: number): void {
    const state = this.#state;
    const name = this.#name;
    let digits = Math.abs(integer);
    let decimals = digits === 0 ? 0 : scale;
    while (decimals > 0 && digits % 10 === 0) {
      digits /= 10;
      decimals--;
    }
    const sign = integer < 0 ? 0x8000_0000 : 0;
    const from = at * lanesPerBlock;
    state[from] = (state[from] ?? 0) ^ (name[0] ?? 0) ^ (digits % twoTo32);
    state[from + 1] = (state[from + 1] ?? 0) ^ (name[1] ?? 0) ^ (sign | (digits / twoTo32));
    state[from + 2] = (state[from + 2] ?? 0) ^ (name[2] ?? 0) ^ decimals;
    state[from + 3] = (state[from + 3] ?? 0) ^ (name[3] ?? 0);
  }
}

const decimalText = /^(-?)(\d+)(?:\.(\d{1,18}))?$/;

/** A canonical decimal as integer and scale where a decimal column could hold it; equal numbers must hash alike. */
function safeNumber(text: string): { integer: number; scale: number } | undefined {
  const [, sign = '', whole, fraction = ''] = decimalText.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const integer = Number(sign + whole + fraction);
  // Number() may have rounded a long text to a safe integer: the digits must come back.
  const exact = Number.isSafeInteger(integer) && scaledText(integer, fraction.length) === text;
  return exact ? { integer, scale: fraction.length } : undefined;
}
