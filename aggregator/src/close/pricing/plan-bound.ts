/** The plan's minimum (true-up) and maximum, held against the rounded lines of one period. Pure. */
import { formatInstant } from '@tidemark/platform/clock';
import { serviceFraction } from '@tidemark/rater/calendar';
import type { Rational } from '@tidemark/rater/money';
import { formatMinor, formatMinorExactly, minorOf, partMinorOf } from './amounts.ts';
import { emptyLine } from './draft-line.ts';
import type { DraftLine } from './draft-line.ts';
import type { PeriodPieces, PlanSegment } from './period-pieces.ts';

export interface PlanBound {
  readonly key: 'minimum' | 'maximum';
  readonly line: DraftLine;
}

/**
 * The line that raises the period to its plan's minimum or caps it at the maximum; none where neither applies. Both belong to
 * the plan of the period's end, and both are prorated by the second where the service covers a part of the period.
 *
 * @param advance minor units that were due in advance for the same period.
 */
export function planBound(
  { segments, whole }: PeriodPieces,
  lines: readonly DraftLine[],
  advance: bigint,
  { timeZone }: { readonly timeZone: string },
): PlanBound | undefined {
  const [first] = segments;
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const { currency, minimum, maximum, name } = last.plan.terms;
  const service = { from: first.from, to: last.to };
  const share = serviceFraction({ basis: 'second', service, period: whole, timeZone });
  const sum = boundedSum(segments, lines, advance, currency);
  const line = (kind: 'minimum_true_up' | 'discount', description: string, minor: bigint) => ({
    ...emptyLine,
    kind,
    description,
    from: formatInstant(service.from),
    to: formatInstant(service.to),
    exactAmount: formatMinorExactly(minor, currency),
    amount: formatMinor(minor, currency),
  });
  const missing = minorPart(minimum, share, currency, sum) - sum;
  if (missing > 0n) {
    const description = `${name}, raised to its minimum`;
    return { key: 'minimum', line: line('minimum_true_up', description, missing) };
  }
  const over = sum - minorPart(maximum, share, currency, sum);
  if (over > 0n) {
    return { key: 'maximum', line: line('discount', `${name}, capped at its maximum`, -over) };
  }
  return undefined;
}

/** The bound in minor units; where there is none, what it is held against. */
function minorPart(bound: string | null, share: Rational, currency: string, sum: bigint): bigint {
  return bound === null ? sum : partMinorOf(bound, share, currency);
}

/** What counts for the bound: the period's lines, and what was due in advance in place of its credits. */
function boundedSum(
  segments: readonly PlanSegment[],
  lines: readonly DraftLine[],
  advance: bigint,
  currency: string,
): bigint {
  return lines
    .filter(({ kind, charge }) => kind !== 'proration_credit' && !isAdvance(segments, charge))
    .reduce((total, { amount }) => total + minorOf(amount, currency), advance);
}

function isAdvance(segments: readonly PlanSegment[], key: string | null): boolean {
  return segments.some(({ plan }) =>
    plan.charges.some(({ charge }) => charge.key === key && charge.timing === 'in_advance'),
  );
}
