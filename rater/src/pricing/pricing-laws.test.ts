// The laws of PRICING.md, section 3, over random charges of every model with their meters and events.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lawRuns } from '../../test/laws/law-runs.ts';
import {
  chargeAndQuantityArb,
  foldOf,
  ratedEventsArb,
  type RatedEvents,
} from '../../test/laws/rated-events.ts';
import { parseMeter } from '../meters/meter.ts';
import { minorUnitsOf, parseFraction, quantityOf, Rational, sumOf } from '../money/index.ts';
import type { RatedCharge, UsageSample } from './charge-rater.ts';
import { parseCharge } from './charge.ts';
import { compileCharge } from './compile-charge.ts';
import { catalogRules, previewRules } from './input/json-object.ts';
import type { PricingError } from './input/pricing-error.ts';
import { previewCase } from './preview/preview-case.ts';

const number = (text: string): Rational => parseFraction(text) ?? Rational.of(0n);

/** Numbers that put things in another order and say where to cut. */
const cutsArb = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });

function shuffled<Item>(items: readonly Item[], keys: readonly number[]): Item[] {
  return items
    .map((item, index) => ({ item, key: keys[index % keys.length] ?? 0 }))
    .sort((left, right) => left.key - right.key)
    .map(({ item }) => item);
}

function inParts<Item>(items: readonly Item[], keys: readonly number[]): Item[][] {
  const parts: Item[][] = [[]];
  items.forEach((item, index) => {
    if ((keys[index % keys.length] ?? 0) % 2 === 0) parts.push([]);
    parts.at(-1)?.push(item);
  });
  return parts;
}

/** The order that the state may be folded in: any for the stream, that of time for what is deferred. */
function anyOrder({ rater, samples }: RatedEvents, keys: readonly number[]): UsageSample[] {
  return rater.mode === 'stream' ? shuffled(samples, keys) : [...samples];
}

describe('a period rated in parts', () => {
  it('bills differences that sum to F(final) - F(empty), in any split and order', () => {
    fc.assert(
      fc.property(ratedEventsArb, cutsArb, (rated, keys) => {
        const { rater, period, samples } = rated;
        const amountOf = (state: unknown): bigint => rater.exactAmount(state, { period });
        const empty = amountOf(rater.empty(period));
        let stored = rater.encode(rater.empty(period));
        let billed = empty;
        let differences = 0n;
        for (const part of inParts(anyOrder(rated, keys), keys)) {
          // Each part starts from what was stored, as after a crash.
          const state = rater.decode(stored);
          for (const sample of part) rater.add(state, sample);
          stored = rater.encode(state);
          const amount = amountOf(state);
          differences += amount - billed;
          billed = amount;
        }
        const { state } = foldOf(rated, samples);
        expect(differences).toBe(amountOf(state) - empty);
        expect(stored).toBe(rater.encode(state));
      }),
      lawRuns,
    );
  });

  it('merges from its parts, and in any order where the model says so', () => {
    fc.assert(
      fc.property(ratedEventsArb, cutsArb, (rated, keys) => {
        const { rater, samples } = rated;
        const cut = (keys[0] ?? 0) % (samples.length + 1);
        const next = cut + ((keys[1] ?? 0) % (samples.length - cut + 1));
        const partOf = (from: number, to?: number): unknown =>
          foldOf(rated, samples.slice(from, to)).state;
        const [left, middle, right] = [partOf(0, cut), partOf(cut, next), partOf(next)];
        const whole = rater.encode(foldOf(rated, samples).state);
        const merged = (first: unknown, second: unknown): unknown => rater.merge(first, second);
        let inOrder: string;
        try {
          inOrder = rater.encode(merged(merged(left, middle), right));
        } catch (error) {
          expect(error).toMatchObject({ code: 'rater/not-mergeable' });
          expect(rater.mode).toBe('deferred');
          return;
        }
        expect(inOrder).toBe(whole);
        expect(rater.encode(merged(left, merged(middle, right)))).toBe(whole);
        if (rater.mode === 'stream') {
          expect(rater.encode(merged(right, merged(middle, left)))).toBe(whole);
        }
        // What was merged stays as it was.
        expect(rater.encode(left)).toBe(rater.encode(partOf(0, cut)));
      }),
      lawRuns,
    );
  });

  it('bills deltas that sum to the rounded amount of the period', () => {
    const snapshotsArb = chargeAndQuantityArb.chain(({ charge, quantity }) =>
      fc.record({
        charge: fc.constant(charge),
        snapshots: fc
          .array(fc.integer({ min: 0, max: 4000 }).map(String), { maxLength: 5 })
          .map((earlier) => [...earlier, quantity]),
        thresholds: fc.option(
          fc.array(fc.constantFrom('0', '0.004', '1', '25.5', '3000'), { maxLength: 3 }),
          { nil: undefined },
        ),
      }),
    );
    fc.assert(
      fc.property(snapshotsArb, (input) => {
        const { deltas, amount } = previewCase(input) as {
          readonly deltas: string[];
          readonly amount: string;
        };
        expect(sumOf(deltas.map(number)).equals(number(amount))).toBe(true);
        const atOnce = previewCase({ charge: input.charge, quantity: input.snapshots.at(-1) });
        expect(atOnce).toMatchObject({ amount });
      }),
      lawRuns,
    );
  });
});

describe('the lines of a charge', () => {
  function linesSumUp({ amount, exactAmount, lines }: RatedCharge): void {
    expect(sumOf(lines.map((line) => number(line.amount))).equals(number(amount))).toBe(true);
    expect(sumOf(lines.map((line) => number(line.exactAmount))).equals(number(exactAmount))).toBe(
      true,
    );
  }

  it('sum to its amount, exact and rounded', () => {
    fc.assert(
      fc.property(chargeAndQuantityArb, (input) => {
        const rated = previewCase(input) as RatedCharge;
        const minorUnits = minorUnitsOf(rated.currency) ?? 0;
        for (const { amount } of [rated, ...rated.lines]) {
          expect(amount.split('.')[1] ?? '').toHaveLength(minorUnits);
        }
        if (!isEndless(rated)) linesSumUp(rated);
      }),
      lawRuns,
    );
  });

  it('are those of the stored amount', () => {
    fc.assert(
      fc.property(ratedEventsArb, (rated) => {
        const { rater, period, samples } = rated;
        const { state } = foldOf(rated, samples);
        const { exactAmount, lines } = rater.rate(state, { period });
        const stored = Rational.fromScaled(rater.exactAmount(state, { period }), 36);
        expect(number(exactAmount).equals(stored)).toBe(true);
        // Each line is cut to 36 decimals by itself.
        const difference = sumOf(lines.map((line) => number(line.exactAmount))).minus(stored);
        const tolerance = Rational.fromScaled(BigInt(lines.length), 36);
        expect(difference.absolute().isAbove(tolerance)).toBe(false);
      }),
      lawRuns,
    );
  });
});

/** Whether a fraction without an end was cut to be written. */
function isEndless({ exactAmount, lines }: RatedCharge): boolean {
  return [exactAmount, ...lines.map((line) => line.exactAmount)].some(
    (text) => (text.split('.')[1] ?? '').length >= 36,
  );
}

describe('the number type inside', () => {
  const meters = ['sum', 'count', 'bucketed_sum'].map((aggregation) =>
    parseMeter(
      {
        aggregation,
        ...(aggregation !== 'count' && { property: 'v' }),
        ...(aggregation === 'bucketed_sum' && { bucket: 'day' }),
      },
      previewRules,
    ),
  );
  const period = { from: 0, to: 1000 };

  it('does not change an amount: scaled integers give what fractions give', () => {
    fc.assert(
      fc.property(
        chargeAndQuantityArb,
        fc.constantFrom(...meters),
        fc.nat(),
        ({ charge, quantity }, meter, count) => {
          const rater = compileCharge(parseCharge(charge, { rules: previewRules }), meter);
          const state = rater.empty(period);
          const sum = number(quantity).toScaled(18, 'down');
          rater.addTotals(state, count, quantityOf(meter.aggregation === 'count' ? 0n : sum));
          // A service of the whole period changes no number, but takes the way of fractions.
          expect(rater.exactAmount(state, { period })).toBe(
            rater.exactAmount(state, { period, service: period }),
          );
        },
      ),
      lawRuns,
    );
  });

  it('does not change a flat price below zero usage', () => {
    const flat = { price: { model: 'flat', currency: 'EUR', amount: '0.04' } };
    for (const meter of meters.filter(({ aggregation }) => aggregation !== 'count')) {
      const rater = compileCharge(parseCharge(flat, { rules: previewRules }), meter);
      const state = rater.empty(period);
      rater.addTotals(state, 1, quantityOf(-(10n ** 18n)));
      expect(rater.exactAmount(state, { period })).toBe(4n * 10n ** 34n);
      expect(rater.rate(state, { period }).amount).toBe('0.04');
    }
  });

  it('does not change a state: decimals of 18 places give what exact fractions give', () => {
    fc.assert(
      fc.property(ratedEventsArb, (rated) => {
        const { rater } = rated;
        const plain = rated.samples.map((sample): UsageSample => {
          const stored = { ...sample };
          delete stored.exact;
          return stored;
        });
        const { state } = foldOf(rated, rated.samples);
        const { state: ofPlain } = foldOf(rated, plain);
        expect(rater.encode(ofPlain)).toBe(rater.encode(state));
        expect(rater.quantity(ofPlain)).toBe(rater.quantity(state));
      }),
      lawRuns,
    );
  });
});

describe('a state', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(ratedEventsArb, (rated) => {
        const { rater, period, samples } = rated;
        const { state } = foldOf(rated, samples);
        const text = rater.encode(state);
        const again = rater.decode(text);
        expect(rater.encode(again)).toBe(text);
        expect(rater.quantity(again)).toBe(rater.quantity(state));
        expect(rater.rate(again, { period })).toEqual(rater.rate(state, { period }));
        expect(rater.carryOut(again)).toEqual(rater.carryOut(state));
      }),
      lawRuns,
    );
  });
});

describe('reading a charge', () => {
  it('never changes what was given, and refuses any field too many', () => {
    fc.assert(
      fc.property(chargeAndQuantityArb, fc.nat(), ({ charge }, place) => {
        const text = JSON.stringify(charge);
        const options = { rules: { ...catalogRules, namesOptional: true } };
        parseCharge(charge, options);
        expect(JSON.stringify(charge)).toBe(text);
        const objects = objectsIn(JSON.parse(text) as object);
        const spoilt = objects[place % objects.length] as Record<string, unknown>;
        spoilt['surplus'] = 1;
        expect(() => parseCharge(objects[0], options)).toThrow(
          expect.objectContaining({ code: 'rater/unknown-field' }) as PricingError,
        );
      }),
      lawRuns,
    );
  });
});

/** The object itself and every object inside it. */
function objectsIn(value: object): object[] {
  const inner = Object.values(value).flatMap((held: unknown) =>
    typeof held === 'object' && held !== null ? objectsIn(held) : [],
  );
  return Array.isArray(value) ? inner : [value, ...inner];
}
