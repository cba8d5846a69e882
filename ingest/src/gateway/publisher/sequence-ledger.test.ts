import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceLedger } from './sequence-ledger.ts';

describe('SequenceLedger', () => {
  it('counts from 1 without a gap', () => {
    const ledger = new SequenceLedger();
    expect([ledger.assign(), ledger.assign(), ledger.assign()]).toEqual([1, 2, 3]);
    expect(ledger.lastAssigned).toBe(3);
  });

  it('marks the end of the acknowledged prefix, in whatever order acknowledgements come', () => {
    const orders = fc.integer({ min: 1, max: 30 }).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, index) => index + 1),
        { minLength: 0 },
      ),
    );
    fc.assert(
      fc.property(orders, (order) => {
        const ledger = new SequenceLedger();
        for (let count = 0; count < 30; count += 1) ledger.assign();
        const acknowledged = new Set<number>();
        for (const sequence of order) {
          ledger.acknowledge(sequence);
          acknowledged.add(sequence);
          let prefix = 0;
          while (acknowledged.has(prefix + 1)) prefix += 1;
          expect(ledger.ackedThrough).toBe(prefix);
        }
      }),
    );
  });

  it('refuses a number that was not assigned or is acknowledged already', () => {
    const ledger = new SequenceLedger();
    ledger.assign();
    ledger.assign();
    expect(() => ledger.acknowledge(3)).toThrow();
    ledger.acknowledge(2);
    expect(() => ledger.acknowledge(2)).toThrow();
    ledger.acknowledge(1);
    expect(() => ledger.acknowledge(1)).toThrow();
  });
});
