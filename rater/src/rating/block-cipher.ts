/**
 * AES-128 over many independent 16-byte blocks in one native call: a keyed permutation that costs a few nanoseconds a block,
 * where a hash written in JavaScript costs hundreds. Blocks are four little-endian 32-bit lanes, like all hashes here.
 */
import { createCipheriv, createHmac } from 'node:crypto';
import type { Cipheriv } from 'node:crypto';
import { assert } from '@tidemark/platform/errors';

/** 32-bit lanes of a block. */
export const lanesPerBlock = 4;

export class BlockCipher {
  readonly #cipher: Cipheriv;

  /** A key of its own for each `purpose`, derived from the 16-byte `secret`. */
  constructor(secret: Uint8Array, purpose: string) {
    const key = createHmac('sha256', secret).update(purpose).digest().subarray(0, 16);
    // Each block for itself: callers make chains of them where a message is longer.
    this.#cipher = createCipheriv('aes-128-ecb', key, null);
    this.#cipher.setAutoPadding(false);
  }

  /** The permutation of each of the first `blocks` blocks, in memory of its own. */
  encrypt(lanes: Uint32Array<ArrayBuffer>, blocks: number): Uint32Array<ArrayBuffer> {
    assert(lanes.length >= blocks * lanesPerBlock, 'Fewer lanes than blocks.');
    const input = new Uint8Array(lanes.buffer, lanes.byteOffset, blocks * 16);
    const output = this.#cipher.update(input);
    assert(output.length === input.length, 'A block cipher answers block for block.');
    // A view needs an aligned start, which only small outputs, taken from a shared pool, may lack.
    return output.byteOffset % 4 === 0
      ? new Uint32Array(output.buffer, output.byteOffset, blocks * lanesPerBlock)
      : new Uint32Array(new Uint8Array(output).buffer);
  }
}
