/**
 * The identity fingerprint of a usage event: 128 bits, stored and compared for years, so its encoding never changes. Keyed, so
 * that nobody outside can aim two identities at one fingerprint. Computed for a whole envelope at once:
 *
 *   prefix      = SipHash-1-3-128 over  u16 bytes of tenant, u16 of subject, u16 of source, u16 id tag,
 *                 tenant, subject, source (UTF-8), zeros up to a multiple of 8; once a (subject, source) of the envelope
 *   id block    = the 16 bytes of a canonical UUID (tag 1), or SipHash-1-3-128 of any other text (tag 0)
 *   fingerprint = AES-128(prefix xor id block); one native call for all events
 *
 * Ids of one prefix never collide (a permutation of different blocks). Those of two prefixes collide only where the xor of
 * two keyed hashes equals the xor of two ids: 2^-128 a pair for whoever does not know the key (docs/adr/0044). A UUID has one
 * fingerprint however it travelled: as 16 binary bytes or as text.
 */
import { parseUuid } from '@tidemark/ingest/contract';
import type { IdColumn } from '@tidemark/ingest/contract';
import { assert } from '@tidemark/platform/errors';
import { BlockCipher, lanesPerBlock } from './block-cipher.ts';
import { SipHash128 } from './sip-hash.ts';

const rounds = { compression: 1, finalization: 3 };
const encoder = new TextEncoder();
const uuidTag = 1;
const textTag = 0;
/** UTF-8 bytes of an id at most; the event contract rejects longer ones. */
const idBytesMax = 256;

/** What all ids of one (tenant, subject, source) share; make it once a dictionary entry, not once an event. */
export interface IdentityPrefix {
  /** Lanes to be joined with the block of a UUID, and with that of any other text. */
  readonly uuid: Uint32Array;
  readonly text: Uint32Array;
}

export class IdentityHasher {
  readonly #sip: SipHash128;
  readonly #cipher: BlockCipher;
  readonly #words = new Uint32Array((idBytesMax + 16) / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  #blocks = new Uint32Array(lanesPerBlock * 1024);

  /** `key`: the installation's 16-byte fingerprint key. */
  constructor(key: Uint8Array) {
    this.#sip = new SipHash128(key, rounds);
    this.#cipher = new BlockCipher(key, 'identity');
  }

  prefix(tenant: string, subject: string, source: string): IdentityPrefix {
    const parts = [tenant, subject, source].map((part) => encoder.encode(part));
    const length = parts.reduce((sum, part) => sum + part.length, 8);
    const bytes = new Uint8Array(Math.ceil(length / 8) * 8);
    const header = new DataView(bytes.buffer);
    let at = 8;
    parts.forEach((part, position) => {
      assert(part.length <= 0xffff, 'An identity part exceeds 65,535 bytes.');
      header.setUint16(position * 2, part.length, true);
      bytes.set(part, at);
      at += part.length;
    });
    const tagged = (tag: number): Uint32Array => {
      header.setUint16(6, tag, true);
      // With room for the hash's own last word.
      const words = new Uint32Array(bytes.length / 4 + 2);
      words.set(new Uint32Array(bytes.buffer));
      this.#sip.finish(null, words, bytes.length, bytes.length);
      return this.#sip.lanes.slice();
    };
    return { uuid: tagged(uuidTag), text: tagged(textTag) };
  }

  /** Fingerprints of all ids, four lanes each; `prefixAt(row)` belongs to the id of that row. */
  fingerprints(
    ids: IdColumn,
    count: number,
    prefixAt: (row: number) => IdentityPrefix,
  ): Uint32Array<ArrayBuffer> {
    if (this.#blocks.length < count * lanesPerBlock) {
      this.#blocks = new Uint32Array(count * lanesPerBlock);
    }
    if (ids.kind === 'uuid') this.#joinUuids(alignedLanes(ids.bytes), count, prefixAt);
    else this.#joinTexts(ids.values, count, prefixAt);
    return this.#cipher.encrypt(this.#blocks, count);
  }

  #joinUuids(ids: Uint32Array, count: number, prefixAt: (row: number) => IdentityPrefix): void {
    const blocks = this.#blocks;
    for (let row = 0; row < count; row++) {
      const prefix = prefixAt(row).uuid;
      const at = row * lanesPerBlock;
      blocks[at] = (prefix[0] ?? 0) ^ (ids[at] ?? 0);
      blocks[at + 1] = (prefix[1] ?? 0) ^ (ids[at + 1] ?? 0);
      blocks[at + 2] = (prefix[2] ?? 0) ^ (ids[at + 2] ?? 0);
      blocks[at + 3] = (prefix[3] ?? 0) ^ (ids[at + 3] ?? 0);
    }
  }

  #joinTexts(
    ids: readonly string[],
    count: number,
    prefixAt: (row: number) => IdentityPrefix,
  ): void {
    for (let row = 0; row < count; row++) {
      const id = ids[row] ?? '';
      const isUuid = parseUuid(id, this.#bytes, 0);
      const block = isUuid ? this.#words : this.#hashText(id);
      const prefix = isUuid ? prefixAt(row).uuid : prefixAt(row).text;
      for (let lane = 0; lane < lanesPerBlock; lane++) {
        this.#blocks[row * lanesPerBlock + lane] = (prefix[lane] ?? 0) ^ (block[lane] ?? 0);
      }
    }
  }

  #hashText(id: string): Uint32Array {
    const { read, written } = encoder.encodeInto(id, this.#bytes.subarray(0, idBytesMax));
    assert(read === id.length && written > 0, 'An event id has 1 to 256 bytes.');
    this.#sip.finish(null, this.#words, written, written);
    return this.#sip.lanes;
  }
}

/** The bytes as 32-bit lanes; copied where they do not start at a multiple of 4. */
function alignedLanes(bytes: Uint8Array): Uint32Array {
  return bytes.byteOffset % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2)
    : new Uint32Array(new Uint8Array(bytes).buffer);
}
