import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DedupIndex } from './dedup-index.ts';
import { offsetMax } from './dedup-segment.ts';

function lanesOf(number: number): Uint32Array {
  // Few different slots, so that probing is exercised.
  return Uint32Array.of(number % 16, number, number * 7, number % 3);
}

describe('DedupIndex', () => {
  it('answers the owner with coordinate and payload check', () => {
    const index = new DedupIndex();
    const owner = { offset: offsetMax, index: 65_535, payloadCheck: 0xffff_ffff };
    expect(index.lookup(lanesOf(1), 0)).toBe('new');
    index.insert(lanesOf(1), 0, owner);
    expect(index.lookup(lanesOf(1), 0)).toBe('owner');
    expect(index.owner).toEqual(owner);
    expect(index.lookup(lanesOf(17), 0)).toBe('new');
  });

  it('keeps every owner while the bound allows it, through all generations', () => {
    const index = new DedupIndex();
    const words = new Uint32Array(4);
    const fill = (number: number): Uint32Array => {
      words[0] = Math.imul(number, 2_654_435_761);
      words[1] = number;
      return words;
    };
    for (let number = 0; number < 60_000; number++) {
      index.insert(fill(number), 0, { offset: number, index: number % 7, payloadCheck: number });
    }
    expect(index.exact).toBe(true);
    for (let number = 0; number < 60_000; number++) {
      if (index.lookup(fill(number), 0) !== 'owner' || index.owner.offset !== number) {
        expect.fail(`lost ${number}`);
      }
    }
  });

  it('never gives a wrong answer, whatever it had to forget', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(400), { minLength: 50, maxLength: 600 }),
        fc.constantFrom(0, 256, 4096),
        (numbers, tagBytesMax) => {
          const index = new DedupIndex({ ownerBytesMax: 16 * 28 * 4, tagBytesMax });
          const truth = new Map<number, number>();
          numbers.forEach((number, offset) => {
            const answer = index.lookup(lanesOf(number), 0);
            const owner = truth.get(number);
            if (answer === 'owner') expect(index.owner.offset).toBe(owner);
            if (answer === 'new') expect(owner).toBeUndefined();
            if (owner !== undefined && owner >= index.completeFrom) expect(answer).not.toBe('new');
            if (owner !== undefined) return;
            truth.set(number, offset);
            index.insert(lanesOf(number), 0, { offset, index: 0, payloadCheck: 0 });
          });
          expect(index.byteSize).toBeLessThanOrEqual(16 * 28 * 4 + tagBytesMax);
        },
      ),
    );
  });

  it('knows every identity from completeFrom on after it dropped a generation', () => {
    const index = new DedupIndex({ ownerBytesMax: 16 * 28 * 4, tagBytesMax: 0 });
    for (let offset = 0; offset < 200; offset++) {
      index.insert(lanesOf(offset), 0, { offset, index: 0, payloadCheck: 0 });
    }
    expect(index.completeFrom).toBeGreaterThan(0);
    expect(index.lookup(lanesOf(0), 0)).toBe('unknown');
    for (let offset = index.completeFrom; offset < 200; offset++) {
      expect(index.lookup(lanesOf(offset), 0)).toBe('owner');
    }
  });
});
