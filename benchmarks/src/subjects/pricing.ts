/**
 * A rating call: the exact amount of a graduated price with five tiers at a cumulative quantity, as the stream asks for it
 * at every flush, beside the same price written with the decimal libraries that one would take for it.
 */
import { parseMeter } from '@tidemark/rater/meters';
import { exactAmountScale, formatShortest, parseQuantity } from '@tidemark/rater/money';
import { compileCharge, parseCharge } from '@tidemark/rater/pricing';
import Big from 'big.js';
import { Decimal } from 'decimal.js';
import { add, dinero, multiply, toDecimal } from 'dinero.js/bigint';
import { USD } from 'dinero.js/bigint/currencies';
import { getHeapStatistics } from 'node:v8';
import { mustEqual } from '../lib/comparison.ts';
import type { BenchmarkCase, Comparison } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';

const tiers = [
  { upTo: '1000', unitAmount: '0.05', flatAmount: '5' },
  { upTo: '10000', unitAmount: '0.04' },
  { upTo: '100000', unitAmount: '0.035', flatAmount: '10' },
  { upTo: '1000000', unitAmount: '0.02' },
  { upTo: null, unitAmount: '0.0125' },
] as const;
type Tier = { readonly upTo: string | null; unitAmount: string; flatAmount?: string };

/** Rates the quantity at an index; what comes out has more than the machine's numbers can hold. */
type Rate<Amount> = (index: number) => Amount;

interface Subject<Amount> {
  readonly rate: Rate<Amount>;
  /** In full, without trailing zeros. */
  readonly print: (amount: Amount) => string;
}

const price = { model: 'graduated', currency: 'USD', tiers };
const period = { from: 0, to: 30 * 86_400_000_000 };
/** Thousandths of a unit, all over the tiers and at their bounds. */
const thousandths = quantities(1000);

export const pricing: Comparison = {
  name: 'pricing',
  question: 'What does a rating call of a graduated price with five tiers cost?',
  cases: [
    pricingCase('fast', 'Tidemark, the amount (scaled integers)', fastSubject),
    pricingCase('lines', 'Tidemark, the amount with its lines', linesSubject),
    pricingCase('big', 'big.js', bigSubject),
    pricingCase('decimal', 'decimal.js', decimalSubject),
    pricingCase('dinero', 'dinero.js (bigint)', dineroSubject),
  ],
  ratios: [
    { name: 'Tidemark / big.js', of: 'fast', to: 'big', by: 'cpu' },
    { name: 'Tidemark / decimal.js', of: 'fast', to: 'decimal', by: 'cpu' },
    { name: 'Tidemark / dinero.js', of: 'fast', to: 'dinero', by: 'cpu' },
  ],
};

function compiledCharge(): ReturnType<typeof compileCharge> {
  const meter = { key: 'usage', eventType: 'use', aggregation: 'sum', property: 'amount' };
  return compileCharge(parseCharge({ key: 'usage', meter: 'usage', price }), parseMeter(meter));
}

function statesOf(rater: ReturnType<typeof compileCharge>): unknown[] {
  return thousandths.map((count) => {
    const state = rater.empty(period);
    const quantity = parseQuantity(formatShortest(BigInt(count), 3));
    if (quantity !== undefined) rater.addTotals(state, 1, quantity);
    return state;
  });
}

function fastSubject(): Subject<bigint> {
  const rater = compiledCharge();
  const states = statesOf(rater);
  const options = { period };
  return {
    rate: (index) => rater.exactAmount(states[index], options),
    print: (amount) => formatShortest(amount, exactAmountScale),
  };
}

function linesSubject(): Subject<string> {
  const rater = compiledCharge();
  const states = statesOf(rater);
  const options = { period };
  return {
    rate: (index) => rater.rate(states[index], options).exactAmount,
    print: (amount) => amount,
  };
}

/** The price as one writes it with a decimal type: tier by tier until the quantity ends. */
function bigSubject(): Subject<Big> {
  const parsed = parseTiers((text) => new Big(text));
  const quantities = thousandths.map((count) => new Big(count).div(1000));
  return {
    rate: (index) => {
      const quantity = quantities[index] ?? new Big(0);
      let amount = new Big(0);
      let below = new Big(0);
      for (const { upTo, unitAmount, flatAmount } of parsed) {
        const top = upTo !== null && quantity.gt(upTo) ? upTo : quantity;
        amount = amount.plus(top.minus(below).times(unitAmount));
        if (flatAmount !== undefined) amount = amount.plus(flatAmount);
        if (top === quantity) break;
        below = top;
      }
      return amount;
    },
    print: (amount) => amount.toFixed(),
  };
}

function decimalSubject(): Subject<Decimal> {
  const Exact = Decimal.clone({ precision: 60 });
  const zero = new Exact(0);
  const parsed = parseTiers((text) => new Exact(text));
  const quantities = thousandths.map((count) => new Exact(count).div(1000));
  return {
    rate: (index) => {
      const quantity = quantities[index] ?? zero;
      let amount = zero;
      let below = zero;
      for (const { upTo, unitAmount, flatAmount } of parsed) {
        const top = upTo !== null && quantity.gt(upTo) ? upTo : quantity;
        amount = amount.plus(top.minus(below).times(unitAmount));
        if (flatAmount !== undefined) amount = amount.plus(flatAmount);
        if (top === quantity) break;
        below = top;
      }
      return amount;
    },
    print: (amount) => amount.toFixed(),
  };
}

/** dinero.js has no quantities: they are integers beside the money, at a scale that is passed along. */
function dineroSubject(): Subject<ReturnType<typeof zeroDollars>> {
  const money = (text: string): ReturnType<typeof zeroDollars> =>
    dinero({ amount: thousandthsOf(text) * 10n, currency: USD, scale: 4n });
  const parsed = tiers.map((tier: Tier) => ({
    upTo: tier.upTo === null ? null : thousandthsOf(tier.upTo),
    unitAmount: dinero({
      amount: tenThousandthsOf(tier.unitAmount),
      currency: USD,
      scale: 4n,
    }),
    flatAmount: tier.flatAmount === undefined ? undefined : money(tier.flatAmount),
  }));
  const quantities = thousandths.map(BigInt);
  return {
    rate: (index) => {
      const quantity = quantities[index] ?? 0n;
      let amount = zeroDollars();
      let below = 0n;
      for (const { upTo, unitAmount, flatAmount } of parsed) {
        const top = upTo !== null && quantity > upTo ? upTo : quantity;
        amount = add(amount, multiply(unitAmount, { amount: top - below, scale: 3n }));
        if (flatAmount !== undefined) amount = add(amount, flatAmount);
        if (top === quantity) break;
        below = top;
      }
      return amount;
    },
    print: (amount) => withoutTrailingZeros(toDecimal(amount)),
  };
}

const zeroDollars = () => dinero({ amount: 0n, currency: USD });
const thousandthsOf = (text: string): bigint => BigInt(new Big(text).times(1000).toFixed());
const tenThousandthsOf = (text: string): bigint => BigInt(new Big(text).times(10_000).toFixed());
const withoutTrailingZeros = (text: string): string => text.replace(/\.?0+$/, '');

function parseTiers<Number>(parse: (text: string) => Number) {
  return tiers.map((tier: Tier) => ({
    upTo: tier.upTo === null ? null : parse(tier.upTo),
    unitAmount: parse(tier.unitAmount),
    flatAmount: tier.flatAmount === undefined ? undefined : parse(tier.flatAmount),
  }));
}

function quantities(count: number): number[] {
  const bounds = tiers.flatMap(({ upTo }) => (upTo === null ? [] : [Number(upTo) * 1000]));
  const edges = bounds.flatMap((bound) => [bound - 1, bound, bound + 1]);
  // A fixed step that meets every tier often, whatever the length.
  const others = Array.from({ length: count - edges.length }, (_, index) =>
    Math.floor(10 ** (2 + (index * 7.5) / count)),
  );
  return [...edges, ...others];
}

/** What big.js makes of all quantities: every case must print the same. */
const expected = printed(bigSubject());

function printed<Amount>({ rate, print }: Subject<Amount>): string[] {
  return thousandths.map((_, index) => print(rate(index)));
}

function pricingCase<Amount>(
  name: string,
  title: string,
  createSubject: () => Subject<Amount>,
): BenchmarkCase {
  return {
    name,
    title,
    unit: 'rating',
    open: ({ quick }) => {
      const subject = createSubject();
      const times = quick ? 100 : 400;
      return Promise.resolve({
        measure: () => {
          const { rate } = subject;
          const last: Amount[] = [];
          const meter = new CpuMeter({ own: 'pricing', others: {} });
          for (let time = 0; time < times; time++) {
            for (let index = 0; index < thousandths.length; index++) last[index] = rate(index);
          }
          const used = meter.stop();
          last.forEach((amount, index) => {
            mustEqual(`amount ${index}`, subject.print(amount), expected[index] ?? '');
          });
          return Promise.resolve({
            units: times * thousandths.length,
            ...used,
            figures: { 'bytes a rating': bytesOf(rate) },
          });
        },
        close: () => Promise.resolve(),
      });
    },
  };
}

/** What one call allocates, over calls too few to meet a garbage collection; a sample that met one is taken again. */
function bytesOf(rate: Rate<unknown>): number {
  for (;;) {
    const before = getHeapStatistics().used_heap_size;
    for (let index = 0; index < thousandths.length; index++) rate(index);
    const grown = getHeapStatistics().used_heap_size - before;
    if (grown >= 0) return grown / thousandths.length;
  }
}
