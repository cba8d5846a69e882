import { decodeNativeBlocks, nativeColumn } from '@tidemark/rater/rows';
import type { OwnerColumns } from '@tidemark/rater/ports';

/** Reads a Native result with the columns fingerprint, offset, index, payload_hash. */
export function decodeOwners(bytes: Uint8Array): OwnerColumns {
  const blocks = decodeNativeBlocks(bytes);
  const count = blocks.reduce((rows, block) => rows + block.rows, 0);
  const fingerprints = new Uint8Array(count * 16);
  const offsets = new Float64Array(count);
  const indices = new Uint32Array(count);
  const payloadHashes = new BigUint64Array(count);
  let at = 0;
  for (const block of blocks) {
    fingerprints.set(nativeColumn(block, 'fingerprint', 'bytes').values, at * 16);
    const offset = nativeColumn(block, 'offset', 'integer').values;
    for (let row = 0; row < block.rows; row++) offsets[at + row] = Number(offset[row]);
    indices.set(nativeColumn(block, 'index', 'number').values, at);
    payloadHashes.set(nativeColumn(block, 'payload_hash', 'integer').values, at);
    at += block.rows;
  }
  return { count, fingerprints, offsets, indices, payloadHashes };
}
