/**
 * The naive bill: all events in one list, decimals as text and big integers, no streams, no state. It shares no line with
 * the product's pricing.
 */
import type {
  ChargeTerms,
  MeterVersionTerms,
  PriceTerms,
  SubscriptionTerms,
} from '../scenario/terms.ts';
import { plans } from '../scenario/terms.ts';
import type { SimulatedEvent } from '../scenario/traffic.ts';

/** A piece of a period in which a charge has one price and one meter. */
export interface ExpectedLine {
  readonly charge: string;
  readonly price: PriceTerms;
  readonly periodFrom: number;
  readonly periodTo: number;
  readonly from: number;
  readonly to: number;
  readonly events: readonly SimulatedEvent[];
  readonly aggregation: MeterVersionTerms['aggregation'] | null;
  /** Scaled by 10^18. */
  readonly quantity: bigint;
  /** Scaled by 10^36. */
  readonly exact: bigint;
  /** Cents. */
  readonly cents: bigint;
}

const scale = 18;
const one = 10n ** 18n;
const cent = 10n ** 34n;

/** Every line of every period of a subscription that ends at or before `through`. */
export function expectedLines(
  own: SubscriptionTerms,
  meters: readonly MeterVersionTerms[],
  events: readonly SimulatedEvent[],
  through: number,
): ExpectedLine[] {
  const lines: ExpectedLine[] = [];
  const mine = events.filter(({ customer }) => customer === own.customer);
  for (let at = 0; at + 1 < own.boundaries.length; at++) {
    const periodFrom = own.boundaries[at]!;
    const periodTo = own.boundaries[at + 1]!;
    if (periodTo > through) continue;
    own.phases.forEach((phase, position) => {
      const from = Math.max(periodFrom, phase.from);
      const to = Math.min(periodTo, own.phases[position + 1]?.from ?? periodTo);
      if (from >= to) return;
      const plan = plans.find(
        (candidate) => candidate.plan === phase.plan && candidate.version === phase.version,
      );
      for (const charge of plan?.charges ?? []) {
        for (const piece of piecesOf(charge, meters, from, to)) {
          lines.push(lineOf(charge, piece, { periodFrom, periodTo }, mine));
        }
      }
    });
  }
  return lines;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly meter: MeterVersionTerms | null;
}

function piecesOf(
  charge: ChargeTerms,
  meters: readonly MeterVersionTerms[],
  from: number,
  to: number,
): Piece[] {
  if (charge.meter === null) return [{ from, to, meter: null }];
  const versions = meters
    .filter(({ key }) => key === charge.meter)
    .sort((left, right) => (left.effectiveFrom ?? 0) - (right.effectiveFrom ?? 0));
  return versions.flatMap((meter, position) => {
    const start = Math.max(from, meter.effectiveFrom ?? from);
    const end = Math.min(to, versions[position + 1]?.effectiveFrom ?? to);
    return start < end ? [{ from: start, to: end, meter }] : [];
  });
}

function lineOf(
  charge: ChargeTerms,
  { from, to, meter }: Piece,
  period: { readonly periodFrom: number; readonly periodTo: number },
  all: readonly SimulatedEvent[],
): ExpectedLine {
  const events =
    meter === null
      ? []
      : all.filter(
          ({ time, region }) =>
            time >= from && time < to && (meter.regions === null || meter.regions.includes(region)),
        );
  const quantity = meter === null ? 0n : quantityOf(meter, events);
  const exact = exactAmount(charge.price, quantity);
  return {
    charge: charge.key,
    price: charge.price,
    ...period,
    from,
    to,
    events,
    aggregation: meter?.aggregation ?? null,
    quantity,
    exact,
    cents: roundToCents(exact),
  };
}

function quantityOf(meter: MeterVersionTerms, events: readonly SimulatedEvent[]): bigint {
  switch (meter.aggregation) {
    case 'count':
      return BigInt(events.length) * one;
    case 'sum':
      return events.reduce((sum, { bytes }) => sum + decimal(bytes), 0n);
    case 'unique_count':
      return BigInt(new Set(events.map(({ user }) => user)).size) * one;
  }
}

/** Scaled by 10^36. */
export function exactAmount(price: PriceTerms, quantity: bigint): bigint {
  switch (price.model) {
    case 'flat':
      return decimal(price.amount) * one;
    case 'per_unit':
      return quantity * decimal(price.unitAmount);
    case 'package': {
      const size = decimal(price.packageSize);
      return ((quantity + size - 1n) / size) * decimal(price.packageAmount) * one;
    }
    case 'volume': {
      const tier = price.tiers.find(({ upTo }) => upTo === null || quantity <= BigInt(upTo) * one);
      return quantity * decimal(tier?.unitAmount ?? '0');
    }
    case 'graduated': {
      let below = 0n;
      let amount = 0n;
      for (const { upTo, unitAmount } of price.tiers) {
        const end = upTo === null ? quantity : BigInt(upTo) * one;
        const units = (quantity < end ? quantity : end) - below;
        if (units > 0n) amount += units * decimal(unitAmount);
        below = end;
      }
      return amount;
    }
  }
}

/** Half away from zero. */
export function roundToCents(exact: bigint): bigint {
  const sign = exact < 0n ? -1n : 1n;
  return sign * ((sign * exact + cent / 2n) / cent);
}

/** A decimal text, scaled by 10^18. */
export function decimal(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  return text.startsWith('-') ? -value : value;
}

/** An amount of an invoice, in cents. */
export function centsOf(text: string): bigint {
  const scaled = decimal(text);
  if (scaled % 10n ** 16n !== 0n) throw new Error(`${text} is no amount in cents.`);
  return scaled / 10n ** 16n;
}
