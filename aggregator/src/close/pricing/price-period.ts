/**
 * Prices one billing period of one subscription from the states of its charges: the lines that are due in arrears, then the
 * plan's minimum or maximum. The close, live spend and the re-pricing of late events all come through here. Pure.
 */
import { formatInstant } from '@tidemark/platform/clock';
import {
  exactAmountOf,
  formatExactAmount,
  formatFraction,
  formatQuantity,
  parseExactAmount,
  quantityOf,
  quantityScale,
  Rational,
} from '@tidemark/rater/money';
import type {
  ChargeRater,
  RateOptions,
  RatedCharge,
  RatedLine,
  RatingPeriod,
  RatingStep,
} from '@tidemark/rater/pricing';
import type { InvoiceTier } from '../invoice.ts';
import { exactOf, formatMinor, minorOf } from './amounts.ts';
import { describeCharge } from './describe-line.ts';
import { emptyLine } from './draft-line.ts';
import type { DraftLine } from './draft-line.ts';
import type { ChargePiece, PeriodPieces, PlanSegment, UsagePiece } from './period-pieces.ts';
import { planBound } from './plan-bound.ts';

/** State of a usage piece; `undefined` for flat pieces and meters that do not exist. */
export type StateOf = (piece: ChargePiece) => unknown;

export interface PricedPeriod {
  readonly currency: string;
  readonly lines: readonly DraftLine[];
  /** Rounded amounts in arrears by charge key, with `minimum` and `maximum` of the plan where they apply. */
  readonly amounts: ReadonlyMap<string, bigint>;
  /** Metered quantities by charge key, over all pieces; `null` where one of them has none. */
  readonly quantities: ReadonlyMap<string, string | null>;
}

export interface PriceOptions {
  readonly timeZone: string;
}

export function pricePeriod(
  pieces: PeriodPieces,
  stateOf: StateOf,
  options: PriceOptions,
): PricedPeriod {
  const { segments } = pieces;
  const terms = segments.at(-1)?.plan.terms;
  const currency = terms?.currency ?? '';
  const lines: DraftLine[] = [];
  const quantities = new Map<string, string | null>();
  let advance = 0n;
  for (const segment of segments) {
    for (const piece of segment.pieces) {
      const { charge } = piece.charge;
      if (charge.timing === 'in_advance') {
        advance += minorOf(ratePiece(pieces, piece, stateOf, options).amount, currency);
        continue;
      }
      const rated = ratePiece(pieces, piece, stateOf, options);
      quantities.set(charge.key, sumQuantities(quantities.get(charge.key), rated.quantity));
      lines.push(...linesOf(piece, rated));
    }
  }
  lines.push(...planChangeLines(pieces, stateOf, options));
  const bound = planBound(pieces, lines, advance, options);
  if (bound !== undefined) lines.push(bound.line);
  return { currency, lines, amounts: amountsOf(lines, bound?.key, currency), quantities };
}

function sumQuantities(sum: string | null | undefined, next: string | null): string | null {
  if (sum === undefined) return next;
  if (sum === null || next === null) return null;
  const exact = (parseExactAmount(sum) ?? 0n) + (parseExactAmount(next) ?? 0n);
  // Quantities have 18 decimals at most, so nothing is lost on the way back from 36.
  return formatQuantity(quantityOf(exact / 10n ** 18n));
}

/** The flat lines that are due in advance for the period that starts. */
export function priceAdvance(pieces: PeriodPieces, options: PriceOptions): DraftLine[] {
  const [segment] = pieces.segments;
  return (segment?.pieces ?? [])
    .filter((piece) => piece.charge.charge.timing === 'in_advance')
    .flatMap((piece) => {
      // Paid for the whole period; what a later change of the plan takes away comes back as a credit line.
      const last = pieces.segments.at(-1)?.to ?? piece.to;
      const paid = { ...piece, to: last };
      return linesOf(
        paid,
        ratePiece(pieces, paid, () => undefined, options),
      );
    });
}

function ratePiece(
  pieces: PeriodPieces,
  piece: ChargePiece,
  stateOf: StateOf,
  options: PriceOptions,
): RatedCharge {
  const input = rateInput(pieces, piece, stateOf, options);
  if (input === null) return nothingMeasured(piece.charge.charge.price.currency);
  return input.rater.rate(input.state, input.options);
}

/** Every intermediate of the piece's amount; none where nothing is measured. */
export function explainPiece(
  pieces: PeriodPieces,
  piece: ChargePiece,
  stateOf: StateOf,
  options: PriceOptions,
): { readonly steps: readonly RatingStep[]; readonly lines: readonly RatedLine[] } {
  const input = rateInput(pieces, piece, stateOf, options);
  if (input === null) return { steps: [], lines: [] };
  return {
    steps: input.rater.explain(input.state, input.options),
    lines: input.rater.rate(input.state, input.options).lines,
  };
}

/** What a piece is rated from; `null` where its meter does not exist. */
function rateInput(
  pieces: PeriodPieces,
  piece: ChargePiece,
  stateOf: StateOf,
  options: PriceOptions,
): { readonly rater: ChargeRater; readonly state: unknown; readonly options: RateOptions } | null {
  const rate = rateOptions(pieces.whole, piece, options);
  if (piece.kind === 'flat') {
    const { rater } = piece.charge;
    return { rater, state: rater.empty(pieces.streamed), options: rate };
  }
  if (piece.metered === null) return null;
  const { rater } = piece.metered;
  const state = stateInWhole(stateOf(piece), piece, pieces) ?? rater.empty(pieces.streamed);
  return { rater, state, options: rate };
}

/**
 * A level over time in a part of the period: its average over the part counts by the part's share of the period, as a level
 * of that height over the whole would. (Ten seats for half a month are five seat-months.)
 */
function stateInWhole(state: unknown, piece: UsagePiece, { whole }: PeriodPieces): unknown {
  const { metered } = piece;
  const isWhole = piece.from === whole.from && piece.to === whole.to;
  if (metered === null || isWhole || state === undefined) return state;
  const { rater, timeWeighted } = metered;
  if (timeWeighted === null) return state;
  const average = Rational.fromScaled(rater.quantity(state) ?? 0n, quantityScale);
  const part = Rational.of(BigInt(piece.to - piece.from), BigInt(whole.to - whole.from));
  const level = average.times(part).dividedBy(timeWeighted.multiplier);
  return rater.empty(whole, { kind: 'level', level: formatFraction(level) });
}

function rateOptions(
  whole: RatingPeriod,
  piece: ChargePiece,
  { timeZone }: PriceOptions,
): RateOptions {
  const partial = piece.from !== whole.from || piece.to !== whole.to;
  return {
    period: whole,
    timeZone,
    final: true,
    ...(partial && { service: { from: piece.from, to: piece.to } }),
  };
}

function nothingMeasured(currency: string): RatedCharge {
  const amount = formatMinor(0n, currency);
  return { quantity: '0', billableQuantity: '0', currency, amount, exactAmount: '0', lines: [] };
}

/** One line a charge, also when it is zero, and the charge's own true-up by itself. */
function linesOf(piece: ChargePiece, rated: RatedCharge): DraftLine[] {
  const { charge } = piece.charge;
  const { currency } = rated;
  const trueUps = rated.lines.filter(({ kind }) => kind === 'minimum_true_up');
  const trueUp = trueUps.reduce((sum, { amount }) => sum + minorOf(amount, currency), 0n);
  const trueUpExact = trueUps.reduce((sum, line) => sum + exactOf(line.exactAmount), 0n);
  const exact = exactOf(rated.exactAmount) - trueUpExact;
  const parts = rated.lines.filter(({ kind }) => kind === 'tier' || kind === 'amount');
  const [onlyPart] = parts;
  const place = {
    charge: charge.key,
    meter: piece.kind === 'usage' ? piece.charge.meter : null,
    from: formatInstant(piece.from),
    to: formatInstant(piece.to),
  };
  const own: DraftLine = {
    ...place,
    kind: piece.kind,
    description: describeCharge(charge, rated),
    quantity: piece.kind === 'usage' ? rated.quantity : null,
    billableQuantity: piece.kind === 'usage' ? rated.billableQuantity : null,
    unitAmount: parts.length === 1 ? (onlyPart?.unitAmount ?? null) : null,
    exactAmount: formatExactAmount(exactAmountOf(exact)),
    amount: formatMinor(minorOf(rated.amount, currency) - trueUp, currency),
    tiers: tiersOf(rated.lines),
  };
  if (trueUp === 0n) return [own];
  return [
    own,
    {
      ...emptyLine,
      ...place,
      kind: 'minimum_true_up',
      description: `${charge.name ?? charge.key}, raised to its minimum`,
      exactAmount: formatExactAmount(exactAmountOf(trueUpExact)),
      amount: formatMinor(trueUp, currency),
    },
  ];
}

function tiersOf(lines: readonly RatedLine[]): InvoiceTier[] {
  return lines
    .filter(({ kind }) => kind === 'tier')
    .map(({ tier, quantity, unitAmount, flatAmount, amount }, position) => ({
      tier: tier ?? position + 1,
      ...(quantity !== undefined && { quantity }),
      ...(unitAmount !== undefined && { unitAmount }),
      ...(flatAmount !== undefined && { flatAmount }),
      amount,
    }));
}

/**
 * A plan that changes inside the period: the part of what was paid in advance that the old plan no longer serves comes back,
 * and the new plan's is charged for what is left.
 */
function planChangeLines(
  pieces: PeriodPieces,
  stateOf: StateOf,
  options: PriceOptions,
): DraftLine[] {
  const end = pieces.segments.at(-1)?.to ?? 0;
  return pieces.segments.slice(1).flatMap((segment, position) => {
    const before = pieces.segments[position];
    const lineOf = (piece: ChargePiece): DraftLine[] => {
      const rest = { ...piece, from: segment.from, to: end };
      return linesOf(rest, ratePiece(pieces, rest, stateOf, options));
    };
    const unused = advancePieces(before).flatMap(lineOf).map(asCredit);
    const charged = advancePieces(segment).flatMap(lineOf);
    return [...unused, ...charged].filter(({ exactAmount }) => exactAmount !== '0');
  });
}

function advancePieces(segment: PlanSegment | undefined): ChargePiece[] {
  return (segment?.pieces ?? []).filter(({ charge }) => charge.charge.timing === 'in_advance');
}

function asCredit(line: DraftLine): DraftLine {
  return {
    ...line,
    kind: 'proration_credit',
    description: `${line.description}, unused part`,
    exactAmount: negated(line.exactAmount),
    amount: negated(line.amount),
    unitAmount: null,
    tiers: [],
  };
}

function negated(text: string): string {
  if (text.startsWith('-')) return text.slice(1);
  return /[1-9]/.test(text) ? `-${text}` : text;
}

function amountsOf(
  lines: readonly DraftLine[],
  bound: 'minimum' | 'maximum' | undefined,
  currency: string,
): Map<string, bigint> {
  const amounts = new Map<string, bigint>();
  for (const { charge, amount } of lines) {
    const key = charge ?? bound ?? '';
    amounts.set(key, (amounts.get(key) ?? 0n) + minorOf(amount, currency));
  }
  return amounts;
}
