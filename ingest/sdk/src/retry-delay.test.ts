import { describe, expect, it } from 'vitest';
import { parseRetryAfter, retryDelayMs } from './retry-delay.ts';

const limits = { retryDelayMinMs: 200, retryDelayMaxMs: 30_000 };
const chance = (value: number) => ({ random: () => value });

describe('retryDelayMs', () => {
  it('doubles the ceiling up to the greatest delay', () => {
    const delays = [1, 2, 3, 8, 9, 1000].map((attempt) =>
      retryDelayMs(attempt, undefined, limits, chance(1)),
    );
    expect(delays).toEqual([200, 400, 800, 25_600, 30_000, 30_000]);
  });

  it('spreads from nothing to the ceiling', () => {
    expect(retryDelayMs(3, undefined, limits, chance(0))).toBe(0);
    expect(retryDelayMs(3, undefined, limits, chance(0.5))).toBe(400);
  });

  it('never returns earlier than the server asked, nor parks for more than minutes', () => {
    expect(retryDelayMs(1, 7000, limits, chance(0))).toBe(7000);
    expect(retryDelayMs(1, 7000, limits, chance(1))).toBe(7200);
    expect(retryDelayMs(1, 86_400_000, limits, chance(0))).toBe(300_000);
  });
});

describe('parseRetryAfter', () => {
  it('reads seconds and HTTP dates', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(parseRetryAfter('3', now)).toBe(3000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:10 GMT', now)).toBe(10_000);
    expect(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  });

  it.each([null, '', 'soon', '-1', '1.5', '2026-01-01'])('ignores %j', (header) => {
    expect(parseRetryAfter(header, 0)).toBeUndefined();
  });
});
