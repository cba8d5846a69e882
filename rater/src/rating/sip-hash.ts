/**
 * SipHash with a 128-bit result, on 32-bit lanes (V8 has no fast 64-bit integers). A common prefix of many messages can be
 * absorbed once and its state kept; see Aumasson and Bernstein, "SipHash: a fast short-input PRF", and their reference code
 * for the 128-bit output. Reads the message as little-endian words from a caller's scratch, so nothing is allocated a hash.
 */
import { assert } from '@tidemark/platform/errors';

/** The eight 32-bit lanes of v0..v3 (low, high) after a prefix. */
export type SipState = Int32Array;

export interface SipRounds {
  /** Rounds per word: 1 in SipHash-1-3, 2 in SipHash-2-4. */
  readonly compression: number;
  readonly finalization: number;
}

export class SipHash128 {
  readonly #start: SipState;
  readonly #rounds: SipRounds;
  /** Lanes of the last `finish`, little-endian: bytes 0-3, 4-7, 8-11, 12-15 of the hash. */
  readonly lanes = new Uint32Array(4);

  /** `key`: 16 secret bytes. */
  constructor(key: Uint8Array, rounds: SipRounds) {
    assert(key.length === 16, 'A SipHash key has 16 bytes.');
    const view = new DataView(key.buffer, key.byteOffset, 16);
    const k0l = view.getInt32(0, true);
    const k0h = view.getInt32(4, true);
    const k1l = view.getInt32(8, true);
    const k1h = view.getInt32(12, true);
    this.#rounds = rounds;
    this.#start = Int32Array.of(
      k0l ^ 0x70736575,
      k0h ^ 0x736f6d65,
      k1l ^ 0x6e646f6d ^ 0xee,
      k1h ^ 0x646f7261,
      k0l ^ 0x6e657261,
      k0h ^ 0x6c796765,
      k1l ^ 0x79746573,
      k1h ^ 0x74656462,
    );
  }

  /** Absorbs a prefix of whole 8-byte words; `words` are its little-endian 32-bit halves. */
  absorb(words: Uint32Array): SipState {
    assert(words.length % 2 === 0, 'A prefix is made of whole 8-byte words.');
    return this.#run(this.#start, words, words.length / 2, false) ?? this.#start;
  }

  /**
   * Hashes prefix + message into `lanes`. The message is `byteCount` bytes at the start of `words`; `totalLength` counts
   * the prefix too. The bytes between `byteCount` and the next multiple of 8 are overwritten.
   */
  finish(
    prefix: SipState | null,
    words: Uint32Array,
    byteCount: number,
    totalLength: number,
  ): void {
    const full = byteCount >>> 3;
    const rest = byteCount & 7;
    const last = full * 2;
    // The final word: the remaining bytes, zeros, and the length modulo 256 in the highest byte.
    const low = rest >= 4 ? (words[last] ?? 0) : rest === 0 ? 0 : (words[last] ?? 0) & mask(rest);
    const high = rest > 4 ? (words[last + 1] ?? 0) & mask(rest - 4) : 0;
    words[last] = low;
    words[last + 1] = high | (totalLength << 24);
    this.#run(prefix ?? this.#start, words, full + 1, true);
  }

  #run(
    start: SipState,
    words: Uint32Array,
    wordCount: number,
    finalize: boolean,
  ): SipState | undefined {
    let a = start[0] ?? 0;
    let A = start[1] ?? 0;
    let b = start[2] ?? 0;
    let B = start[3] ?? 0;
    let c = start[4] ?? 0;
    let C = start[5] ?? 0;
    let d = start[6] ?? 0;
    let D = start[7] ?? 0;
    const compression = this.#rounds.compression;
    const finalization = this.#rounds.finalization;
    const steps = finalize ? wordCount + 2 : wordCount;
    for (let step = 0; step < steps; step++) {
      let low = 0;
      let high = 0;
      let rounds = finalization;
      if (step < wordCount) {
        low = words[step * 2] ?? 0;
        high = words[step * 2 + 1] ?? 0;
        d ^= low;
        D ^= high;
        rounds = compression;
      } else if (step === wordCount) c ^= 0xee;
      else b ^= 0xdd;
      for (; rounds > 0; rounds--) {
        let sum = (a >>> 0) + (b >>> 0);
        a = sum | 0;
        A = (A + B + (sum > 0xffffffff ? 1 : 0)) | 0;
        let swap = (b << 13) | (B >>> 19);
        B = ((B << 13) | (b >>> 19)) ^ A;
        b = swap ^ a;
        swap = a;
        a = A;
        A = swap;
        sum = (c >>> 0) + (d >>> 0);
        c = sum | 0;
        C = (C + D + (sum > 0xffffffff ? 1 : 0)) | 0;
        swap = (d << 16) | (D >>> 16);
        D = ((D << 16) | (d >>> 16)) ^ C;
        d = swap ^ c;
        sum = (a >>> 0) + (d >>> 0);
        a = sum | 0;
        A = (A + D + (sum > 0xffffffff ? 1 : 0)) | 0;
        swap = (d << 21) | (D >>> 11);
        D = ((D << 21) | (d >>> 11)) ^ A;
        d = swap ^ a;
        sum = (c >>> 0) + (b >>> 0);
        c = sum | 0;
        C = (C + B + (sum > 0xffffffff ? 1 : 0)) | 0;
        swap = (b << 17) | (B >>> 15);
        B = ((B << 17) | (b >>> 15)) ^ C;
        b = swap ^ c;
        swap = c;
        c = C;
        C = swap;
      }
      if (step < wordCount) {
        a ^= low;
        A ^= high;
      } else {
        const half = (step - wordCount) * 2;
        this.lanes[half] = a ^ b ^ c ^ d;
        this.lanes[half + 1] = A ^ B ^ C ^ D;
      }
    }
    return finalize ? undefined : Int32Array.of(a, A, b, B, c, C, d, D);
  }
}

function mask(bytes: number): number {
  return bytes >= 4 ? -1 : (1 << (bytes * 8)) - 1;
}
