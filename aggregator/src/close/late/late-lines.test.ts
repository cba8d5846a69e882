import { describe, expect, it } from 'vitest';
import type { ClosedPeriod } from '../../ports.ts';
import type { PricedPeriod } from '../pricing/price-period.ts';
import { adjustPeriod } from './late-lines.ts';

const closed: ClosedPeriod = {
  period: { from: 0, to: 86_400_000_000, plan: {} as ClosedPeriod['period']['plan'] },
  billedCut: { incarnation: 1, offsets: [5] },
  billed: { calls: '1.00', minimum: '4.00' },
};

function priced(amounts: Record<string, bigint>, quantity: string | null): PricedPeriod {
  return {
    currency: 'USD',
    lines: [],
    amounts: new Map(Object.entries(amounts)),
    quantities: new Map([['calls', quantity]]),
  };
}

describe('an adjustment', () => {
  it('bills the difference of the rounded amounts and remembers the new ones', () => {
    const now = priced({ calls: 250n, minimum: 250n }, '5.5');
    const { lines, billed } = adjustPeriod(closed, now, priced({ calls: 100n }, '2'));
    expect(lines).toMatchObject([
      { kind: 'late_usage', charge: 'calls', quantity: '3.5', amount: '1.50', exactAmount: '1.5' },
      { kind: 'late_usage', charge: null, quantity: null, amount: '-1.50' },
    ]);
    expect(billed).toEqual({ calls: '2.50', minimum: '2.50' });
  });

  it('leaves out what did not change, and gives back what is no longer due', () => {
    const now = priced({ calls: 100n }, '3');
    const { lines, billed } = adjustPeriod(closed, now, priced({ calls: 100n }, '2'));
    expect(lines).toMatchObject([{ charge: null, amount: '-4.00' }]);
    expect(billed).toEqual({ calls: '1.00', minimum: '0.00' });
  });

  it('adjusts to the sum, however often and in whatever steps it comes', () => {
    let billed = closed;
    let sum = 100n;
    for (const calls of [130n, 90n, 90n, 400n]) {
      const adjustment = adjustPeriod(
        billed,
        priced({ calls, minimum: 0n }, null),
        priced({}, null),
      );
      const line = adjustment.lines.find(({ charge }) => charge === 'calls');
      sum += BigInt((line?.amount ?? '0.00').replace('.', ''));
      billed = { ...billed, billed: adjustment.billed };
      expect(sum).toBe(calls);
    }
  });
});
