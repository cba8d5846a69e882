// Random credit books: grants with priorities, starts, expiries, refills and rollovers, uses, and resets, all on a coarse
// grid of days so that many things happen at one instant.
import fc from 'fast-check';
import { decimalText, maybe, merged } from './arbitrary-numbers.ts';
import type { CreditsCase, Grant } from './case-types.ts';

const START = Date.parse('2024-01-30T00:00:00Z');
const PERIOD = { from: '2024-02-01T00:00:00Z', to: '2024-03-05T00:00:00Z' };

const dayArb = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((days) => new Date(START + days * 86_400_000).toISOString());

const creditArb = fc.oneof(
  fc.integer({ min: 0, max: 200 }).map(String),
  fc.bigInt(0n, 20_000n).map((units) => decimalText(units, 2)),
);

const refillArb = merged(
  fc.record({
    every: fc.oneof(
      fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      fc.record({
        every: fc.integer({ min: 1, max: 3 }),
        unit: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      }),
    ),
  }),
  maybe('amount', creditArb),
  maybe('anchor', dayArb(0, 34)),
);

/** Grants start before, inside or after the period, or have always been there; some never live at all. */
function grantArb(id: string): fc.Arbitrary<Grant> {
  return merged(
    fc.record({ id: fc.constant(id), amount: creditArb }),
    often('startsAt', fc.oneof(fc.constant(PERIOD.from), dayArb(0, 38))),
    often('createdAt', dayArb(0, 3)),
    often('priority', fc.integer({ min: 0, max: 2 })),
    maybe('expiresAt', dayArb(0, 40)),
    maybe('refill', refillArb),
    maybe(
      'rollover',
      fc
        .tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 80 }))
        .map(([min, more]) => ({ min: String(min), max: String(min + more) })),
    ),
  ) as fc.Arbitrary<Grant>;
}

/** Nine times in ten the field, since most grants have it. */
function often(key: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const some = value.map((held) => ({ [key]: held }));
  return fc.oneof({ weight: 1, arbitrary: fc.constant({}) }, { weight: 9, arbitrary: some });
}

const grantsArb = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => fc.tuple(...['g1', 'g2', 'g3', 'g4'].slice(0, count).map(grantArb)));

const usageArb = fc.array(fc.record({ time: dayArb(0, 36), amount: creditArb }), { maxLength: 10 });

const baseArb = merged(
  fc.constant({ kind: 'credits' as const, period: PERIOD }),
  fc.record({ grants: grantsArb, usage: usageArb }),
) as fc.Arbitrary<CreditsCase>;

export const creditsCaseArb: fc.Arbitrary<CreditsCase> = merged(
  baseArb,
  maybe('resets', fc.uniqueArray(dayArb(2, 34), { minLength: 1, maxLength: 3 })),
  maybe('keepOverage', fc.constant(true)),
) as fc.Arbitrary<CreditsCase>;

export const overageCaseArb: fc.Arbitrary<CreditsCase> = merged(
  baseArb,
  maybe('resets', fc.uniqueArray(dayArb(2, 34), { minLength: 1, maxLength: 2 })),
  maybe('keepOverage', fc.constant(true)),
  maybe('carryOverage', fc.constant(true)),
  maybe('openingOverage', creditArb),
) as fc.Arbitrary<CreditsCase>;

export const overdraftCaseArb: fc.Arbitrary<CreditsCase> = merged(
  baseArb,
  fc.constant({ overdraft: true }),
) as fc.Arbitrary<CreditsCase>;

export const refusedCaseArb: fc.Arbitrary<CreditsCase> = merged(
  baseArb,
  fc.constant({ insufficient: 'refuse' as const }),
) as fc.Arbitrary<CreditsCase>;

export const incrementCaseArb: fc.Arbitrary<CreditsCase> = fc
  .tuple(baseArb, fc.array(fc.constantFrom('1', '6', '60', '0.5'), { minLength: 4, maxLength: 4 }))
  .map(([held, increments]) => ({
    ...held,
    grants: held.grants.map((grant, index) => ({ ...grant, increment: increments[index]! })),
  }));
