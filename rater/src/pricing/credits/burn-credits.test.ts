// How grants burn, rule by rule. What is expected was checked by hand against PRICING.md, section 5.
import { describe, expect, it } from 'vitest';
import { previewCase } from '../preview/preview-case.ts';

const period = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };

function day(number: number, hour = 0): string {
  const [days, hours] = [number, hour].map((part) => String(part).padStart(2, '0'));
  return `2026-01-${days}T${hours}:00:00Z`;
}

const grant = (id: string, amount: string, fields: object = {}): object => ({
  id,
  amount,
  ...fields,
});
const use = (number: number, amount: string): object => ({ time: day(number), amount });

describe('burning credits', () => {
  it.each<[string, object, object]>([
    [
      'priority first',
      {
        grants: [
          grant('a', '50', { priority: 2, expiresAt: day(20) }),
          grant('b', '10', { priority: 1 }),
        ],
        usage: [use(2, '25')],
      },
      { balances: { a: '0', b: '0' }, consumed: { a: '15', b: '10' }, overage: '0', refused: [] },
    ],
    [
      'earlier expiry first, none last',
      {
        grants: [
          grant('a', '5'),
          grant('b', '5', { expiresAt: day(30) }),
          grant('c', '5', { expiresAt: day(20) }),
        ],
        usage: [use(2, '7')],
      },
      {
        balances: { a: '5', b: '0', c: '0' },
        consumed: { a: '0', b: '2', c: '5' },
        overage: '0',
        refused: [],
      },
    ],
    [
      'earlier creation first, none before all',
      {
        grants: [
          grant('a', '5', { createdAt: day(2) }),
          grant('b', '5', { createdAt: day(1) }),
          grant('c', '5'),
        ],
        usage: [use(2, '7')],
      },
      {
        balances: { a: '5', b: '3', c: '0' },
        consumed: { a: '0', b: '2', c: '5' },
        overage: '0',
        refused: [],
      },
    ],
    [
      'id last of all',
      { grants: [grant('b', '5'), grant('a', '5')], usage: [use(2, '7')] },
      { balances: { b: '3', a: '0' }, consumed: { b: '2', a: '5' }, overage: '0', refused: [] },
    ],
    [
      'what no grant covers is overage',
      { grants: [grant('a', '5')], usage: [use(2, '7')] },
      { balances: { a: '0' }, consumed: { a: '5' }, overage: '2', refused: [] },
    ],
    [
      'a grant is dead at its expiry',
      { grants: [grant('a', '5', { expiresAt: day(2) })], usage: [use(2, '1')] },
      { balances: { a: '0' }, consumed: { a: '0' }, overage: '1', refused: [] },
    ],
    [
      'a grant is alive until its expiry',
      { grants: [grant('a', '5', { expiresAt: day(3) })], usage: [use(2, '1')] },
      { balances: { a: '0' }, consumed: { a: '1' }, overage: '0', refused: [] },
    ],
    [
      'a grant is alive from its start',
      { grants: [grant('a', '5', { startsAt: day(2) })], usage: [use(2, '1'), use(1, '1')] },
      { balances: { a: '4' }, consumed: { a: '1' }, overage: '1', refused: [] },
    ],
    [
      'a grant that expires as it starts is never alive',
      { grants: [grant('a', '5', { startsAt: day(2), expiresAt: day(2) })], usage: [use(3, '1')] },
      { balances: { a: '0' }, consumed: { a: '0' }, overage: '1', refused: [] },
    ],
    [
      'a grant that starts at the end is alive',
      { grants: [grant('a', '5', { startsAt: period.to })] },
      { balances: { a: '5' }, consumed: { a: '0' }, overage: '0', refused: [] },
    ],
    [
      'a grant that starts after the end is not',
      { grants: [grant('a', '5', { startsAt: '2026-02-01T00:00:00.000001Z' })] },
      { balances: { a: '0' }, consumed: { a: '0' }, overage: '0', refused: [] },
    ],
    [
      'use outside the period has not happened',
      {
        grants: [grant('a', '5', { startsAt: '2025-01-01T00:00:00Z' })],
        usage: [
          { time: period.to, amount: '1' },
          { time: '2025-12-31T00:00:00Z', amount: '1' },
          { time: period.from, amount: '1' },
        ],
      },
      { balances: { a: '4' }, consumed: { a: '1' }, overage: '0', refused: [] },
    ],
    [
      'refill',
      {
        grants: [grant('a', '5', { refill: { every: 'day' } })],
        usage: [use(2, '4'), use(3, '2')],
      },
      { balances: { a: '5' }, consumed: { a: '6' }, overage: '0', refused: [] },
    ],
    [
      'refill amount',
      {
        grants: [grant('a', '5', { refill: { every: 'week', amount: '3' } })],
        usage: [use(2, '4')],
      },
      { balances: { a: '3' }, consumed: { a: '4' }, overage: '0', refused: [] },
    ],
    [
      'refill anchor',
      {
        grants: [grant('a', '5', { refill: { every: 'month', anchor: day(10) } })],
        usage: [use(2, '4')],
      },
      { balances: { a: '1' }, consumed: { a: '4' }, overage: '0', refused: [] },
    ],
    [
      'refill until expiry',
      {
        grants: [grant('a', '5', { expiresAt: day(10), refill: { every: 'day' } })],
        usage: [use(9, '4'), use(10, '1')],
      },
      { balances: { a: '0' }, consumed: { a: '4' }, overage: '1', refused: [] },
    ],
    [
      'reset',
      {
        grants: [
          grant('a', '5'),
          grant('b', '9', { rollover: { max: '4' } }),
          grant('c', '1', { rollover: { min: '2', max: '4' } }),
        ],
        resets: [day(5)],
      },
      {
        balances: { a: '0', b: '4', c: '2' },
        consumed: { a: '0', b: '0', c: '0' },
        overage: '0',
        refused: [],
      },
    ],
    [
      'reset forgets overage',
      { grants: [grant('a', '5')], usage: [use(2, '8')], resets: [day(5)] },
      { balances: { a: '0' }, consumed: { a: '5' }, overage: '0', refused: [] },
    ],
    [
      'reset keeps overage',
      { grants: [grant('a', '5')], usage: [use(2, '8')], resets: [day(5)], keepOverage: true },
      { balances: { a: '0' }, consumed: { a: '5' }, overage: '3', refused: [] },
    ],
    [
      'refill wins over reset',
      {
        grants: [grant('a', '5', { refill: { every: 'day' } })],
        resets: [day(5)],
        usage: [{ time: day(4, 1), amount: '2' }],
        period: { from: period.from, to: day(5) },
      },
      { balances: { a: '5' }, consumed: { a: '2' }, overage: '0', refused: [] },
    ],
    [
      'start at reset',
      { grants: [grant('a', '5', { startsAt: day(5) })], resets: [day(5)] },
      { balances: { a: '5' }, consumed: { a: '0' }, overage: '0', refused: [] },
    ],
    [
      'expiry at reset',
      {
        grants: [grant('a', '5', { expiresAt: day(5), rollover: { max: '5' } })],
        resets: [day(5)],
      },
      { balances: { a: '0' }, consumed: { a: '0' }, overage: '0', refused: [] },
    ],
    [
      'expiry before a reset at its instant: what rolls over is gone',
      {
        grants: [grant('a', '5', { expiresAt: day(5), rollover: { min: '2', max: '5' } })],
        usage: [use(2, '8')],
        resets: [day(5)],
        carryOverage: true,
        keepOverage: true,
      },
      { balances: { a: '0' }, consumed: { a: '5' }, overage: '3', refused: [] },
    ],
    [
      'start after a reset at its instant: nothing is forgotten of it',
      {
        grants: [grant('a', '5'), grant('b', '9', { startsAt: day(5) })],
        usage: [use(2, '8')],
        resets: [day(5)],
        carryOverage: true,
        keepOverage: true,
      },
      { balances: { a: '0', b: '6' }, consumed: { a: '5', b: '3' }, overage: '0', refused: [] },
    ],
    [
      'refill at the start itself',
      {
        grants: [
          grant('a', '5', {
            startsAt: day(2),
            refill: { every: 'day', amount: '3', anchor: day(1) },
          }),
        ],
        period: { from: period.from, to: day(2, 12) },
      },
      { balances: { a: '3' }, consumed: { a: '0' }, overage: '0', refused: [] },
    ],
    [
      'no refill before the start',
      {
        grants: [grant('a', '5', { startsAt: day(20), refill: { every: 'day', anchor: day(1) } })],
        openingOverage: '7',
        carryOverage: true,
        period: { from: period.from, to: day(10) },
      },
      { balances: { a: '0' }, consumed: { a: '0' }, overage: '7', refused: [] },
    ],
    [
      'carry overage to start',
      {
        grants: [grant('a', '5'), grant('b', '5', { startsAt: day(5) })],
        usage: [use(2, '8')],
        carryOverage: true,
      },
      { balances: { a: '0', b: '2' }, consumed: { a: '5', b: '3' }, overage: '0', refused: [] },
    ],
    [
      'carry overage to refill',
      {
        grants: [grant('a', '5', { refill: { every: 'week' } })],
        usage: [use(2, '8')],
        carryOverage: true,
        period: { from: period.from, to: day(9) },
      },
      { balances: { a: '2' }, consumed: { a: '8' }, overage: '0', refused: [] },
    ],
    [
      'carry overage to rollover',
      {
        grants: [grant('a', '5', { rollover: { min: '2', max: '5' } })],
        usage: [use(2, '8')],
        carryOverage: true,
        keepOverage: true,
        resets: [day(5)],
      },
      { balances: { a: '0' }, consumed: { a: '7' }, overage: '1', refused: [] },
    ],
    [
      'no rollover takes nothing',
      {
        grants: [grant('a', '5')],
        usage: [use(2, '8')],
        carryOverage: true,
        keepOverage: true,
        resets: [day(5)],
      },
      { balances: { a: '0' }, consumed: { a: '5' }, overage: '3', refused: [] },
    ],
    [
      'opening overage',
      { grants: [grant('a', '5', { startsAt: day(2) })], openingOverage: '3', carryOverage: true },
      { balances: { a: '2' }, consumed: { a: '3' }, overage: '0', refused: [] },
    ],
    [
      'opening overage at the start',
      { grants: [grant('a', '5')], openingOverage: '3', carryOverage: true },
      { balances: { a: '2' }, consumed: { a: '3' }, overage: '0', refused: [] },
    ],
    [
      'opening overage before',
      {
        grants: [grant('a', '5', { startsAt: '2025-01-01T00:00:00Z' })],
        openingOverage: '3',
        carryOverage: true,
      },
      { balances: { a: '5' }, consumed: { a: '0' }, overage: '3', refused: [] },
    ],
    [
      'overdraft',
      {
        grants: [grant('a', '5', { priority: 1 }), grant('b', '5', { priority: 2 })],
        usage: [use(2, '18')],
        overdraft: true,
      },
      { balances: { a: '0', b: '-8' }, consumed: { a: '5', b: '13' }, overage: '0', refused: [] },
    ],
    [
      'overdraft again',
      { grants: [grant('a', '5')], usage: [use(2, '8'), use(3, '2')], overdraft: true },
      { balances: { a: '-5' }, consumed: { a: '10' }, overage: '0', refused: [] },
    ],
    [
      'overdraft with none',
      { grants: [], usage: [use(2, '8')], overdraft: true },
      { balances: {}, consumed: {}, overage: '8', refused: [] },
    ],
    [
      'refuse',
      {
        grants: [grant('a', '5')],
        usage: [use(2, '8'), use(3, '5'), use(4, '1')],
        insufficient: 'refuse',
      },
      { balances: { a: '0' }, consumed: { a: '5' }, overage: '0', refused: [0, 2] },
    ],
    [
      'refuse order',
      {
        grants: [grant('a', '5')],
        usage: [use(4, '8'), use(3, '6'), use(2, '5')],
        insufficient: 'refuse',
      },
      { balances: { a: '0' }, consumed: { a: '5' }, overage: '0', refused: [0, 1] },
    ],
    [
      'increment',
      { grants: [grant('a', '40', { increment: '10' })], usage: [use(2, '23')] },
      { balances: { a: '10' }, consumed: { a: '30' }, overage: '0', refused: [] },
    ],
    [
      'increment short',
      {
        grants: [grant('a', '25', { increment: '10' }), grant('b', '9', { priority: 1 })],
        usage: [use(2, '23')],
      },
      { balances: { a: '5', b: '6' }, consumed: { a: '20', b: '3' }, overage: '0', refused: [] },
    ],
    [
      'increment exact',
      { grants: [grant('a', '40', { increment: '10' })], usage: [use(2, '20')] },
      { balances: { a: '20' }, consumed: { a: '20' }, overage: '0', refused: [] },
    ],
    [
      'increment refuse',
      {
        grants: [grant('a', '25', { increment: '10' })],
        usage: [use(2, '21'), use(3, '20')],
        insufficient: 'refuse',
      },
      { balances: { a: '5' }, consumed: { a: '20' }, overage: '0', refused: [0] },
    ],
    [
      'uses at one instant',
      { grants: [grant('a', '5')], usage: [use(2, '4'), use(2, '3')], insufficient: 'refuse' },
      { balances: { a: '1' }, consumed: { a: '4' }, overage: '0', refused: [1] },
    ],
    [
      'zero use',
      { grants: [grant('a', '0')], usage: [use(2, '0')], insufficient: 'refuse' },
      { balances: { a: '0' }, consumed: { a: '0' }, overage: '0', refused: [] },
    ],
  ])('%s', (_rule, fields, expected) => {
    expect(previewCase({ kind: 'credits', usage: [], period, ...fields })).toEqual(expected);
  });

  it('takes any id', () => {
    const grants = [grant('__proto__', '5')];
    const result = previewCase({ kind: 'credits', grants, usage: [use(2, '1')], period }) as {
      readonly balances: object;
    };
    expect(Object.entries(result.balances)).toEqual([['__proto__', '4']]);
  });
});
