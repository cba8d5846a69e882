/**
 * Late usage: an earlier period is priced again as a whole at this cut, and the difference of the rounded amounts is billed.
 * Tiers and volume prices make this the only right way: a late event may move the price of all units. Pure.
 */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import { formatQuantity, parseExactAmount, quantityOf } from '@tidemark/rater/money';
import type { ClosedPeriod, DuePeriod } from '../../ports.ts';
import { formatMinor, formatMinorExactly, minorOf } from '../pricing/amounts.ts';
import type { DraftLine } from '../pricing/draft-line.ts';
import type { PricedPeriod } from '../pricing/price-period.ts';

export interface PeriodAdjustment {
  readonly periodFrom: Instant;
  readonly period: DuePeriod;
  /** `late_usage` lines; those without a difference are left out. */
  readonly lines: readonly DraftLine[];
  /** Amounts by charge key that are billed for the period from now on. */
  readonly billed: Readonly<Record<string, string>>;
}

/**
 * @param now the period priced at this cut.
 * @param before the same at the cut it was billed up to; only its quantities are read, the amounts billed are the ledger's.
 */
export function adjustPeriod(
  closed: ClosedPeriod,
  now: PricedPeriod,
  before: PricedPeriod,
): PeriodAdjustment {
  const { currency } = now;
  const { period, billed } = closed;
  const keys = [...new Set([...now.amounts.keys(), ...Object.keys(billed)])];
  const lines = keys.flatMap((key): DraftLine[] => {
    const difference = (now.amounts.get(key) ?? 0n) - minorOf(billed[key] ?? '0', currency);
    if (difference === 0n) return [];
    const isPlan = !now.quantities.has(key);
    const source = now.lines.find(({ charge }) => charge === key);
    const quantity = quantityDifference(now.quantities.get(key), before.quantities.get(key));
    return [
      {
        kind: 'late_usage',
        charge: isPlan ? null : key,
        meter: source?.meter ?? null,
        description: describe(key, isPlan, source),
        from: formatInstant(period.from),
        to: formatInstant(period.to),
        quantity,
        billableQuantity: null,
        unitAmount: null,
        exactAmount: formatMinorExactly(difference, currency),
        amount: formatMinor(difference, currency),
        tiers: [],
      },
    ];
  });
  // A key that is no longer due stays with 0, so that the ledger forgets its old amount.
  const amounts = keys.map((key) => [key, formatMinor(now.amounts.get(key) ?? 0n, currency)]);
  return {
    periodFrom: period.from,
    period,
    lines,
    billed: Object.fromEntries(amounts) as Readonly<Record<string, string>>,
  };
}

function describe(key: string, isPlan: boolean, source: DraftLine | undefined): string {
  if (isPlan) return `Plan ${key} of an earlier period, with late usage`;
  return `${source?.description ?? key}, late usage of an earlier period`;
}

function quantityDifference(
  now: string | null | undefined,
  before: string | null | undefined,
): string | null {
  const left = typeof now === 'string' ? parseExactAmount(now) : undefined;
  const right = typeof before === 'string' ? parseExactAmount(before) : 0n;
  if (left === undefined || right === undefined) return null;
  // Quantities have 18 decimals at most, so nothing is lost on the way back from 36.
  return formatQuantity(quantityOf((left - right) / 10n ** 18n));
}
