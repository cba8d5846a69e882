import { describe, expect, it } from 'vitest';
import { previewCase } from './preview-case.ts';

const period = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };

function credits(fields: object): Record<string, unknown> {
  return previewCase({ kind: 'credits', usage: [], period, ...fields }) as Record<string, unknown>;
}

describe('a credits case', () => {
  it('names the refill that gives too many refills', () => {
    const refill = { every: 'day' };
    const grants = [
      { id: 'b', amount: '1', priority: 2 },
      { id: 'a', amount: '1', priority: 1, refill },
    ];
    const century = { from: '1900-01-01T00:00:00Z', to: '2000-01-01T00:00:00Z' };
    expect(credits({ grants, period: century })).toMatchObject({
      error: { code: 'rater/period-too-long', path: 'grants[1].refill.every' },
    });
  });

  it('refuses more refills in all than it can go through', () => {
    const decade = { from: '2010-01-01T00:00:00Z', to: '2020-01-01T00:00:00Z' };
    const grants = Array.from({ length: 60 }, (_, index) => ({
      id: `g${index}`,
      amount: '1',
      refill: { every: 'day' },
    }));
    expect(credits({ grants, period: decade })).toMatchObject({
      error: { code: 'rater/too-many-items', path: 'grants' },
    });
  });

  it('goes on with a refill that began long before the period', () => {
    const usage = ['2026-01-01T00:00:00Z', '2026-01-31T13:00:00Z'].map((time) => ({
      time,
      amount: '4',
    }));
    for (const [every, anchor, balance] of [
      ['day', '1900-01-01T12:00:00Z', '6'],
      ['month', '1900-01-31T12:00:00Z', '6'],
      ['month', '1900-01-31T14:00:00Z', '10'],
      [{ every: 3, unit: 'week' }, '1900-01-01T00:00:00Z', '6'],
    ] as const) {
      const grants = [
        { id: 'g', amount: '10', startsAt: '1900-01-01T00:00:00Z', refill: { every, anchor } },
      ];
      expect(credits({ grants, usage })).toMatchObject({ balances: { g: balance } });
    }
  });

  it('keeps what a reset before the period left, after the last refill before it', () => {
    const grants = [
      {
        id: 'g',
        amount: '10',
        startsAt: '2025-01-01T00:00:00Z',
        refill: { every: 'month' },
        rollover: { min: '0', max: '3' },
      },
    ];
    const at = { from: '2026-01-15T00:00:00Z', to: '2026-01-20T00:00:00Z' };
    const resets = ['2026-01-10T00:00:00Z'];
    expect(credits({ grants, period: at, resets })).toMatchObject({ balances: { g: '3' } });
    const sooner = ['2025-12-10T00:00:00Z'];
    expect(credits({ grants, period: at, resets: sooner })).toMatchObject({
      balances: { g: '10' },
    });
  });
});
