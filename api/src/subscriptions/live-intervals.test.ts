import { expect, test } from 'vitest';
import { assertNoOverlap, intervalsOf } from './live-intervals.ts';

const web = { plan: 'web', version: 1 };

test('a phase ends where the next begins, the last with the subscription', () => {
  const phases = [
    { from: 0, ...web },
    { from: 10, plan: 'pro', version: 2 },
  ];
  expect(intervalsOf(phases, 20)).toEqual([
    { plan: 'web', from: 0, to: 10 },
    { plan: 'pro', from: 10, to: 20 },
  ]);
  expect(intervalsOf(phases, null)[1]?.to).toBeNull();
});

test.each([
  [{ from: 0, to: 10 }, { from: 10, to: null }, false],
  [{ from: 0, to: 10 }, { from: 9, to: null }, true],
  [{ from: 0, to: null }, { from: 100, to: 101 }, true],
  [{ from: 100, to: null }, { from: 0, to: 100 }, false],
  [{ from: 5, to: 5 }, { from: 0, to: null }, false],
])('%j and %j overlap: %s', (left, right, overlaps) => {
  const check = (): void =>
    assertNoOverlap('acme', [{ plan: 'web', ...left }], [{ plan: 'web', ...right }]);
  if (overlaps) expect(check).toThrow(expect.objectContaining({ code: 'api/already-subscribed' }));
  else expect(check).not.toThrow();
});

test('other plans never stand in the way', () => {
  const always = { from: 0, to: null };
  const check = (): void =>
    assertNoOverlap('acme', [{ plan: 'web', ...always }], [{ plan: 'pro', ...always }]);
  expect(check).not.toThrow();
});
