import { describe, expect, it } from 'vitest';
import { moneyOf } from '../money/index.ts';
import { billRuns } from './progressive.ts';

const money = (...amounts: number[]) => amounts.map((amount) => moneyOf(BigInt(amount)));
const bill = (cumulative: number[], closes: boolean, thresholds?: number[]): number[] =>
  billRuns({
    cumulative: money(...cumulative),
    closes,
    ...(thresholds !== undefined && { thresholds: money(...thresholds) }),
  }).map(Number);

describe('the runs of a period', () => {
  it('bill what came on top, and give back what was too much', () => {
    expect(bill([3, 7, 12], true)).toEqual([3, 4, 5]);
    expect(bill([3, 7, 5], false)).toEqual([3, 4, -2]);
    expect(bill([], true)).toEqual([]);
  });

  it('wait for a threshold that no run has reached', () => {
    expect(bill([3, 7, 12], true, [5])).toEqual([0, 7, 5]);
    expect(bill([3, 7, 12, 13], false, [5])).toEqual([0, 7, 0, 0]);
    expect(bill([3, 5, 9, 10, 20], false, [5, 10])).toEqual([0, 5, 0, 5, 0]);
    expect(bill([3, 12, 13], false, [10, 5])).toEqual([0, 12, 0]);
    expect(bill([3, 12, 13, 20], false, [5, 10, 20])).toEqual([0, 12, 0, 8]);
  });

  it('bill what is left in the last run, whatever the thresholds', () => {
    expect(bill([3, 4], true, [5])).toEqual([0, 4]);
    expect(bill([3, 4], true, [])).toEqual([0, 4]);
    expect(bill([3, 4], false, [])).toEqual([0, 0]);
    expect(bill([6, 4], true, [5])).toEqual([6, -2]);
  });
});
