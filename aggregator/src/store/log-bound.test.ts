import { describe, expect, it } from 'vitest';
import type { Progress } from '@tidemark/rater/ports';
import { boundOfCut, boundOfProgress } from './log-bound.ts';
import { batchesOfTexts } from './text-batches.ts';

const at = (incarnation: number, partition: number, next: number) =>
  ({ incarnation, partition, next }) as Progress;

describe('the bound of a read', () => {
  it('of no progress at all lets nothing through', () => {
    expect(boundOfProgress([])).toEqual({ firstIncarnation: 0, partitions: 1, below: [0] });
  });

  it('is a dense table by life of the log and partition', () => {
    expect(boundOfProgress([at(3, 1, 7), at(5, 0, 4)])).toEqual({
      firstIncarnation: 3,
      partitions: 2,
      below: [0, 7, 0, 0, 4, 0],
    });
  });

  it('of a cut takes earlier lives as far as they got, its own to the cut and no later one', () => {
    const progress = [at(1, 0, 9), at(1, 1, 8), at(2, 0, 99), at(2, 1, 99), at(3, 0, 5)];
    expect(boundOfCut({ incarnation: 2, offsets: [4, 6] }, progress)).toEqual({
      firstIncarnation: 1,
      partitions: 2,
      below: [9, 8, 4, 6],
    });
  });
});

describe('batches of texts', () => {
  it('hold all texts in order and stay within one parameter', () => {
    const texts = Array.from({ length: 5000 }, (_, index) => `${'ü'.repeat(index % 128)}${index}`);
    const batches = [...batchesOfTexts(texts)];
    expect(batches.flat()).toEqual(texts);
    for (const batch of batches) {
      expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(100_000);
    }
  });
});
