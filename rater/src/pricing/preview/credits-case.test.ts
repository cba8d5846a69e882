import { describe, expect, it } from 'vitest';
import { previewCase } from './preview-case.ts';

const period = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };

describe('a credits case', () => {
  it('names the refill that gives too many refills', () => {
    const refill = { every: 'day', anchor: '1900-01-01T00:00:00Z' };
    expect(
      previewCase({
        kind: 'credits',
        grants: [
          { id: 'b', amount: '1', priority: 2 },
          { id: 'a', amount: '1', priority: 1, refill },
        ],
        usage: [],
        period,
      }),
    ).toMatchObject({
      error: { code: 'rater/period-too-long', path: 'grants[1].refill.every' },
    });
  });
});
