import { parseInstant } from '@tidemark/platform/clock';
import { expect, test } from 'vitest';
import { createBoundaryWriter } from './boundaries.ts';

const at = (text: string): number => parseInstant(text)!;
const write = createBoundaryWriter();
const rule = {
  startsAt: at('2026-01-31T10:00:00Z'),
  anchor: 'anniversary',
  cadence: 'month',
  timeZone: 'UTC',
} as const;

test('reaches the period that holds the instant and one more', () => {
  const { boundaries, firstNominalFrom } = write(rule, {
    until: at('2026-03-31T10:00:00Z'),
    end: null,
  });
  expect(boundaries).toEqual(
    [
      '2026-01-31T10:00:00Z',
      '2026-02-28T10:00:00Z',
      '2026-03-31T10:00:00Z',
      '2026-04-30T10:00:00Z',
      '2026-05-31T10:00:00Z',
    ].map(at),
  );
  expect(firstNominalFrom).toBeNull();
});

test('ends with the first boundary at or after the end of the subscription', () => {
  const horizon = { until: at('2026-12-01T00:00:00Z'), end: at('2026-02-10T00:00:00Z') };
  expect(write(rule, horizon).boundaries).toEqual([rule.startsAt, at('2026-02-28T10:00:00Z')]);
});

test.each([
  ['month', '2026-01-01T00:00:00Z'],
  ['year', '2026-01-01T00:00:00Z'],
  ['week', '2026-01-26T00:00:00Z'],
  ['day', '2026-01-31T00:00:00Z'],
  [{ every: 2, unit: 'month' }, '2026-01-01T00:00:00Z'],
] as const)(
  'a calendar %j that begins inside names the start of the whole period',
  (cadence, start) => {
    const calendar = { ...rule, anchor: 'calendar', cadence } as const;
    const { firstNominalFrom } = write(calendar, { until: rule.startsAt, end: null });
    expect(firstNominalFrom).toBe(at(start));
  },
);

test('a start on the boundary is a whole period', () => {
  const calendar = { ...rule, anchor: 'calendar', startsAt: at('2026-02-01T00:00:00Z') } as const;
  expect(write(calendar, { until: calendar.startsAt, end: null }).firstNominalFrom).toBeNull();
});

test('equal questions get the same object, so that their periods are written together', () => {
  const horizon = { until: at('2026-03-01T00:00:00Z'), end: null };
  expect(write({ ...rule }, { ...horizon })).toBe(write(rule, horizon));
});

test('a start outside of any plausible time is refused', () => {
  const far = { ...rule, startsAt: at('2201-01-01T00:00:00Z') };
  expect(() => write(far, { until: far.startsAt, end: null })).toThrow(
    expect.objectContaining({ code: 'api/start-out-of-range' }),
  );
});
