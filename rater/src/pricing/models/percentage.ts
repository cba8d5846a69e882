import { formatFraction, Rational } from '../../money/index.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import { decodeNumber } from '../input/stored-number.ts';
import type {
  CountAndSumPricing,
  PricedLine,
  PriceModel,
  TransactionPricing,
} from './price-model.ts';

interface Terms {
  /** Percent. */
  readonly rate: Rational;
  readonly fixedAmount: Rational;
  /** `undefined`: no bound on the number of free transactions. */
  readonly freeTransactions: Rational | undefined;
  /** `undefined`: no bound on the free amount. */
  readonly freeAmount: Rational | undefined;
  readonly minPerTransaction: Rational | undefined;
  readonly maxPerTransaction: Rational | undefined;
}

/** Where the fold stands after some transactions. Constant size, but it depends on their order. */
interface Folded {
  count: number;
  sum: Rational;
  /** Due so far. */
  due: Rational;
  freeEnded: boolean;
}

const hundred = Rational.of(100n);

/**
 * Of every transaction `rate` percent of its value plus `fixedAmount`, clamped by `minPerTransaction` and
 * `maxPerTransaction` (the clamps include the fixed amount).
 *
 * With `freeTransactions` and `freeAmount` the first ones are free; whichever ends first ends both. A transaction that
 * takes the sum above the free amount pays the rate on the excess, and the full fixed amount; one that just reaches it is
 * free. Example: 1 % + 0.30, `freeAmount` 100: transactions of 60, 60 and 50 pay 0, 0.20 + 0.30 and 0.50 + 0.30 = 1.30.
 *
 * State: {count, sum} where neither free parts nor clamps are named; with them the amount depends on each transaction, and
 * the state is a fold in event order. As Lago `percentage`.
 */
export const percentage: PriceModel = {
  read: (price) => {
    const terms = readTerms(price);
    const perTransaction =
      terms.freeTransactions ??
      terms.freeAmount ??
      terms.minPerTransaction ??
      terms.maxPerTransaction;
    return perTransaction === undefined ? totalPricing(terms) : transactionPricing(terms);
  },
};

function readTerms(price: JsonObject): Terms {
  const notNegative = { sign: 'not-negative' } as const;
  const terms: Terms = {
    rate: price.decimal('rate', notNegative),
    fixedAmount: price.optionalDecimal('fixedAmount', notNegative) ?? Rational.zero,
    freeTransactions: unlessZero(price.optionalCount('freeTransactions')),
    freeAmount: unlessZero(price.optionalDecimal('freeAmount', notNegative)),
    minPerTransaction: price.optionalDecimal('minPerTransaction', notNegative),
    maxPerTransaction: price.optionalDecimal('maxPerTransaction', notNegative),
  };
  const { minPerTransaction: min, maxPerTransaction: max } = terms;
  if (min !== undefined && max?.isBelow(min) === true) {
    const message = 'The minimum of a transaction is above its maximum.';
    throw new PricingError(
      'rater/minimum-above-maximum',
      message,
      price.pathOf('minPerTransaction'),
    );
  }
  return terms;
}

/** A free part of zero is none, so it does not end the other one. As Lago. */
function unlessZero(freePart: Rational | undefined): Rational | undefined {
  return freePart?.isZero === true ? undefined : freePart;
}

function totalPricing({ rate, fixedAmount }: Terms): CountAndSumPricing {
  return {
    takes: 'count-and-sum',
    usesQuantity: true,
    rate: ({ count, sum }) => {
      const fixed = fixedAmount.times(Rational.of(BigInt(count)));
      return [line(sum, rate, sum.times(rate).dividedBy(hundred).plus(fixed))];
    },
  };
}

function transactionPricing(terms: Terms): TransactionPricing {
  return {
    takes: 'transactions',
    usesQuantity: true,
    empty: (): Folded => ({
      count: 0,
      sum: Rational.zero,
      due: Rational.zero,
      freeEnded: terms.freeAmount === undefined && terms.freeTransactions === undefined,
    }),
    pay: (state, value) => pay(state as Folded, value, terms),
    encode: (state) => {
      const { count, sum, due, freeEnded } = state as Folded;
      return { count, sum: formatFraction(sum), due: formatFraction(due), freeEnded };
    },
    decode: (stored): Folded => ({
      count: stored.integer('count', 0, 9_007_199_254_740_991),
      sum: decodeNumber(stored, 'sum'),
      due: decodeNumber(stored, 'due'),
      freeEnded: stored.boolean('freeEnded', false),
    }),
    total: (state) => (state as Folded).sum,
    rate: (state) => [line((state as Folded).sum, terms.rate, (state as Folded).due)],
  };
}

function pay(state: Folded, value: Rational, terms: Terms): void {
  const before = state.sum;
  state.sum = before.plus(value);
  state.count++;
  const charged = chargedPart(state, before, terms);
  if (charged !== undefined) state.due = state.due.plus(fee(charged, terms));
}

/** The part of the newest transaction that pays the rate; `undefined` when it is free. */
function chargedPart(
  state: Folded,
  before: Rational,
  { freeTransactions, freeAmount }: Terms,
): Rational | undefined {
  if (!state.freeEnded && freeTransactions !== undefined) {
    state.freeEnded = Rational.of(BigInt(state.count)).isAbove(freeTransactions);
  }
  if (state.freeEnded) return state.sum.minus(before);
  if (freeAmount === undefined || !state.sum.isAbove(freeAmount)) return undefined;
  state.freeEnded = true;
  return state.sum.minus(freeAmount);
}

function fee(value: Rational, terms: Terms): Rational {
  const { rate, fixedAmount, minPerTransaction: min, maxPerTransaction: max } = terms;
  const due = value.times(rate).dividedBy(hundred).plus(fixedAmount);
  if (min !== undefined && due.isBelow(min)) return min;
  return max !== undefined && due.isAbove(max) ? max : due;
}

function line(quantity: Rational, rate: Rational, exact: Rational): PricedLine {
  return { kind: 'amount', quantity, rate, exact };
}
