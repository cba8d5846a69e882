import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkAppends } from './kafka-append.ts';

const append = (partition: number, bytes: number) => ({
  partition,
  key: null,
  value: new Uint8Array(bytes),
  headers: {},
});

describe('chunkAppends', () => {
  it('sends small records of all partitions in one round', () => {
    expect(chunkAppends([append(0, 10), append(1, 10), append(0, 10)], 1_048_576)).toEqual([
      [0, 1, 2],
    ]);
    expect(chunkAppends([], 1_048_576)).toEqual([]);
  });

  it('keeps the order of each partition and the size of each batch', () => {
    const records = fc.array(fc.tuple(fc.nat(3), fc.nat(700)), { maxLength: 30 });
    fc.assert(
      fc.property(records, (shapes) => {
        const appends = shapes.map(([partition, bytes]) => append(partition, bytes));
        const rounds = chunkAppends(appends, 1000);
        expect(rounds.flat().sort((left, right) => left - right)).toEqual(
          appends.map((_, index) => index),
        );
        for (const partition of [0, 1, 2, 3]) {
          const order = rounds.flat().filter((index) => appends[index]?.partition === partition);
          expect(order).toEqual([...order].sort((left, right) => left - right));
          for (const round of rounds) {
            const own = round.filter((index) => appends[index]?.partition === partition);
            const bytes = own.reduce((sum, index) => sum + appends[index]!.value.byteLength, 0);
            expect(bytes).toBeLessThan(1000);
          }
        }
      }),
    );
  });

  it('refuses a record that no batch can hold', () => {
    expect(() => chunkAppends([append(0, 1000)], 1000)).toThrow('does not fit');
  });
});
