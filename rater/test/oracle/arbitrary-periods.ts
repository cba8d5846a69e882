// Random periods, services inside and around them, and the proration and plan-change cases over them.
import fc from 'fast-check';
import { amountArb, currencyArb, maybe, merged } from './arbitrary-numbers.ts';
import { flatPriceArb, quantityForArb, quantityPriceArb } from './arbitrary-prices.ts';
import { chargeArb } from './arbitrary-charges.ts';
import type { ChangeCase, ChargeCase, ProrationCase, Range } from './case-types.ts';

const DAY = 86_400_000;

const timeZoneArb = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Australia/Lord_Howe',
);

function isoText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Instants near month ends, leap days and daylight-saving changes, some at odd times of the day. */
const instantArb: fc.Arbitrary<number> = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: 2019, max: 2032 }),
      fc.integer({ min: 0, max: 11 }),
      fc.integer({ min: 1, max: 31 }),
    )
    .map(([year, month, day]) => Date.UTC(year, month, day)),
  fc
    .tuple(
      fc.constantFrom('2024-02-28', '2024-02-29', '2024-03-31', '2024-10-27', '2023-01-31'),
      fc.integer({ min: 0, max: DAY - 1 }),
    )
    .map(([date, time]) => Date.parse(`${date}T00:00:00Z`) + time),
);

const lengthArb: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(28, 29, 30, 31, 90, 365, 366, 7).map((days) => days * DAY),
  fc.integer({ min: 3 * DAY, max: 400 * DAY }),
);

const periodArb: fc.Arbitrary<Range> = fc
  .tuple(instantArb, lengthArb)
  .map(([from, length]) => ({ from: isoText(from), to: isoText(from + length) }));

/** A service that may start before the period, end after it, miss it, or take no time. */
function serviceArb(period: Range): fc.Arbitrary<Range> {
  const [from, to] = [Date.parse(period.from), Date.parse(period.to)];
  const pointArb = fc.oneof(
    fc.constantFrom(from, to),
    fc.integer({ min: from, max: to }),
    fc.integer({ min: 0, max: 12 }).map((days) => from + days * DAY),
    fc.integer({ min: from - 20 * DAY, max: to + 20 * DAY }),
  );
  return fc.tuple(pointArb, pointArb).map(([a, b]) => ({
    from: isoText(Math.min(a, b)),
    to: isoText(Math.max(a, b)),
  }));
}

const basisArb = fc.constantFrom(
  'second' as const,
  'day' as const,
  'day_inclusive' as const,
  'month30' as const,
  'none' as const,
);

export const prorationCaseArb: fc.Arbitrary<ProrationCase> = periodArb.chain((period) =>
  merged(
    fc.record({
      kind: fc.constant('proration' as const),
      amount: amountArb,
      currency: currencyArb,
      basis: basisArb,
      service: serviceArb(period),
      period: fc.constant(period),
    }),
    maybe('timeZone', timeZoneArb),
  ),
) as fc.Arbitrary<ProrationCase>;

export const changeCaseArb: fc.Arbitrary<ChangeCase> = periodArb.chain((period) =>
  merged(
    fc.record({
      kind: fc.constant('change' as const),
      before: amountArb,
      after: amountArb,
      currency: currencyArb,
      basis: basisArb,
      at: serviceArb(period).map(({ from }) => from),
      period: fc.constant(period),
    }),
    maybe('timeZone', timeZoneArb),
    maybe('newPeriod', fc.boolean()),
  ),
) as fc.Arbitrary<ChangeCase>;

/** A charge whose flat amount, allowance, minimum and maximum follow the part of the period that was served. */
export const proratedChargeCaseArb: fc.Arbitrary<ChargeCase> = fc
  .tuple(chargeArb(fc.oneof(flatPriceArb, quantityPriceArb)), periodArb, basisArb)
  .chain(([charge, period, basis]) =>
    merged(
      fc.record({
        charge: fc.constant({ ...charge, proration: { basis } }),
        quantity: quantityForArb(charge.price),
        service: serviceArb(period),
        period: fc.constant(period),
      }),
      maybe('timeZone', timeZoneArb),
    ),
  ) as fc.Arbitrary<ChargeCase>;
