/**
 * The identity fingerprint and the payload hash of a usage event. Both are stored and compared for years, so their encoding
 * never changes: a new one would need a new column. Keyed, so that nobody outside can aim two identities at one fingerprint.
 *
 * Identity = SipHash-1-3-128 over
 *   u16 bytes of tenant, u16 of subject, u16 of source, u16 id tag (1 = canonical UUID, 0 = any other text)
 *   tenant, subject, source (UTF-8), zeros up to a multiple of 8
 *   id: 16 bytes (tag 1) or UTF-8 (tag 0)
 * The lengths make the parts unambiguous; an id has 1 to 256 bytes, which SipHash's own length byte tells apart. An id hashes
 * alike however it travelled: as 16 binary bytes or as text.
 *
 * Payload = first 64 bits of SipHash-1-3-128 over
 *   u64 bytes of the type, the type (UTF-8), zeros up to a multiple of 8, time (i64 microseconds), canonical data JSON (UTF-8)
 */
import { parseUuid } from '@tidemark/ingest/contract';
import { assert } from '@tidemark/platform/errors';
import { SipHash128 } from './sip-hash.ts';
import type { SipState } from './sip-hash.ts';

const rounds = { compression: 1, finalization: 3 };
const encoder = new TextEncoder();
const uuidTag = 1;
const textTag = 0;
/** UTF-8 bytes of an id at most; the event contract rejects longer ones. */
const idBytesMax = 256;

/** What all ids of one (tenant, subject, source) share; make it once a dictionary entry, not once an event. */
export interface IdentityPrefix {
  readonly byteLength: number;
  /** The prefix as words, with the tag of a UUID. */
  readonly words: Uint32Array;
  readonly uuid: SipState;
  /** Made when the first id comes that is no UUID. */
  text: SipState | null;
}

export class IdentityHasher {
  readonly #sip: SipHash128;
  readonly #words = new Uint32Array((idBytesMax + 16) / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);

  /** `key`: the installation's 16-byte fingerprint key. */
  constructor(key: Uint8Array) {
    this.#sip = new SipHash128(key, rounds);
  }

  /** Four 32-bit lanes of the last fingerprint; overwritten by the next. Little-endian, they are its 16 bytes. */
  get lanes(): Uint32Array {
    return this.#sip.lanes;
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
    const words = new Uint32Array(bytes.buffer);
    header.setUint16(6, uuidTag, true);
    return { byteLength: bytes.length, words, uuid: this.#sip.absorb(words), text: null };
  }

  /** Fingerprint of an id given as the 16 bytes of a canonical UUID. */
  hashUuid(prefix: IdentityPrefix, bytes: Uint8Array, at: number): void {
    for (let i = 0; i < 16; i++) this.#bytes[i] = bytes[at + i] ?? 0;
    this.#sip.finish(prefix.uuid, this.#words, 16, prefix.byteLength + 16);
  }

  /** Fingerprint of an id given as text, whatever it is. */
  hashText(prefix: IdentityPrefix, id: string): void {
    if (parseUuid(id, this.#bytes, 0)) {
      this.#sip.finish(prefix.uuid, this.#words, 16, prefix.byteLength + 16);
      return;
    }
    const { read, written } = encoder.encodeInto(id, this.#bytes.subarray(0, idBytesMax));
    assert(read === id.length && written > 0, 'An event id has 1 to 256 bytes.');
    prefix.text ??= this.#absorbForText(prefix.words);
    this.#sip.finish(prefix.text, this.#words, written, prefix.byteLength + written);
  }

  #absorbForText(words: Uint32Array): SipState {
    const tagged = words.slice();
    new DataView(tagged.buffer).setUint16(6, textTag, true);
    return this.#sip.absorb(tagged);
  }
}

/** What all payloads of one event type share. */
export interface PayloadPrefix {
  readonly byteLength: number;
  readonly state: SipState;
}

/** Bytes of the time that stands before the data. */
export const payloadTimeBytes = 8;

export class PayloadHasher {
  readonly #sip: SipHash128;

  constructor(key: Uint8Array) {
    this.#sip = new SipHash128(key, rounds);
  }

  /** Low and high half of the last hash. */
  get lanes(): Uint32Array {
    return this.#sip.lanes;
  }

  prefix(type: string): PayloadPrefix {
    const text = encoder.encode(type);
    const bytes = new Uint8Array(8 + Math.ceil(text.length / 8) * 8);
    new DataView(bytes.buffer).setUint32(0, text.length, true);
    bytes.set(text, 8);
    const state = this.#sip.absorb(new Uint32Array(bytes.buffer));
    return { byteLength: bytes.length, state };
  }

  /**
   * Hashes time and data. `words` begins with 8 free bytes for the time, then `dataBytes` of canonical JSON, and has room
   * for 8 more bytes, which are overwritten.
   */
  hash(prefix: PayloadPrefix, time: number, words: Uint32Array, dataBytes: number): void {
    words[0] = time % 0x1_0000_0000;
    words[1] = Math.floor(time / 0x1_0000_0000);
    const length = payloadTimeBytes + dataBytes;
    this.#sip.finish(prefix.state, words, length, prefix.byteLength + length);
  }
}
