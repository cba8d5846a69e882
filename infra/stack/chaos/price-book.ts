/**
 * The plans of a round, who is on which from when, and what usage costs under them: plain arithmetic with an independent
 * decimal library, nothing of the product.
 */
import Big from 'big.js';
import { quartersPerDay } from './calendar.ts';
import type { Random } from './random.ts';
import type { UsageLedger } from './usage-ledger.ts';

export interface ChaosPlan {
  readonly key: string;
  /** Per event; a cent at least, so that a single event shows in an amount. */
  readonly callUnit: string;
  /** Graduated: up to the bound at the first price, above it at the second. */
  readonly bytesUpTo: string;
  readonly bytesUnits: readonly [string, string];
}

/** A customer is on the plan from this quarter on; quarters count from the first of the round. */
export interface PlanPhase {
  readonly fromQuarter: number;
  readonly plan: ChaosPlan;
}

export function createPlan(key: string, random: Random): ChaosPlan {
  const unit = (decimals: number): string =>
    `0.${'0'.repeat(decimals)}${String(1 + random.below(99_999)).padStart(5, '0')}`;
  return {
    key,
    callUnit: `0.0${10_000 + random.below(90_000)}`,
    bytesUpTo: String(1_000_000 * (1 + random.below(200))),
    bytesUnits: [unit(6), unit(7)],
  };
}

/** As the catalog takes it. */
export function planDocument({ key, callUnit, bytesUpTo, bytesUnits }: ChaosPlan): unknown {
  const [first, second] = bytesUnits;
  const tiers = [
    { upTo: bytesUpTo, unitAmount: first },
    { upTo: null, unitAmount: second },
  ];
  return {
    key,
    name: key,
    currency: 'USD',
    cadence: 'day',
    charges: [
      {
        key: 'calls',
        name: 'Calls',
        meter: 'calls',
        price: { model: 'per_unit', currency: 'USD', unitAmount: callUnit },
      },
      {
        key: 'bytes',
        name: 'Bytes',
        meter: 'bytes',
        price: { model: 'graduated', currency: 'USD', tiers },
      },
    ],
  };
}

export const meterDocuments: readonly unknown[] = [
  { key: 'calls', eventType: 'call', aggregation: 'count', dimensions: ['kind'] },
  { key: 'bytes', eventType: 'call', aggregation: 'sum', property: 'bytes' },
];

export interface ExpectedCharge {
  readonly quantity: Big;
  /** Rounded to cents, each segment by itself. */
  readonly amount: Big;
}

/** What a day of a customer must come to: each stretch on one plan is rated by itself, tiers from zero. */
export function expectDay(
  ledger: UsageLedger,
  customer: string,
  day: number,
  phases: readonly PlanPhase[],
): Readonly<Record<'calls' | 'bytes', ExpectedCharge>> {
  const stretches = new Map<PlanPhase, { calls: Big; bytes: Big }>();
  for (let quarter = 0; quarter < quartersPerDay; quarter += 1) {
    const at = day * quartersPerDay + quarter;
    const phase = phases.findLast(({ fromQuarter }) => fromQuarter <= at);
    if (phase === undefined) continue;
    const usage = ledger.usageOf(customer, day, quarter);
    const sums = stretches.get(phase) ?? { calls: new Big(0), bytes: new Big(0) };
    stretches.set(phase, {
      calls: sums.calls.plus(usage.events),
      bytes: sums.bytes.plus(new Big(usage.milliBytes).div(1000)),
    });
  }
  let calls: ExpectedCharge = { quantity: new Big(0), amount: new Big(0) };
  let bytes = calls;
  for (const [{ plan }, sums] of stretches) {
    calls = add(calls, sums.calls, sums.calls.times(plan.callUnit));
    bytes = add(bytes, sums.bytes, graduated(sums.bytes, plan));
  }
  return { calls, bytes };
}

function graduated(quantity: Big, { bytesUpTo, bytesUnits }: ChaosPlan): Big {
  const [first, second] = bytesUnits;
  const below = quantity.gt(bytesUpTo) ? new Big(bytesUpTo) : quantity;
  return below.times(first).plus(quantity.minus(below).times(second));
}

/** Halves go away from zero. */
function add(to: ExpectedCharge, quantity: Big, exact: Big): ExpectedCharge {
  return {
    quantity: to.quantity.plus(quantity),
    amount: to.amount.plus(exact.round(2, Big.roundHalfUp)),
  };
}
