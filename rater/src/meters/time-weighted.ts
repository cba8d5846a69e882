import { formatFraction, parseFraction, Rational } from '../money/index.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { decodeNumber } from '../pricing/input/stored-number.ts';
import { defineAggregation } from './aggregation.ts';
import { numberReader } from './measured-value.ts';

interface RunningLevel {
  readonly from: number;
  readonly to: number;
  /** Up to here the integral is complete. */
  time: number;
  level: Rational;
  /** Level x microseconds from `from` to `time`. */
  area: Rational;
}

/**
 * The integral of a running level over the period, over the period's length: GB-months, seat-months. An event's value is
 * the level from its time on, or with `values: "change"` the change of it; before the first event the level is what was
 * carried over, else 0. State: one level and one integral, folded in event order from the store. Example: 10 seats from
 * the start of a 30-day period and 20 from its 16th day on are 15 seat-months.
 */
export const timeWeighted = defineAggregation<RunningLevel>({
  reads: 'number',
  options: ['values'],
  create: ({ value, values }) => {
    const read = numberReader(value);
    return {
      mode: 'deferred',
      aggregate: 'fold',
      empty: ({ from, to }, carried) => {
        if (to <= from) {
          throw new PricingError('rater/empty-period', 'The period has no length.', 'period');
        }
        const level = carried?.kind === 'level' ? parseFraction(carried.level) : undefined;
        return { from, to, time: from, level: level ?? Rational.zero, area: Rational.zero };
      },
      add: (state, sample) => {
        const measured = read(sample);
        if (measured === undefined) return 'unmatched';
        if (measured === 'not-a-number') return measured;
        if (sample.time < state.time || sample.time >= state.to) {
          throw new RangeError('Events must come in order of time, inside the period.');
        }
        advance(state, sample.time);
        state.level = values === 'change' ? state.level.plus(measured) : measured;
        return 'measured';
      },
      merge: () => {
        const message = 'A running level depends on the order of the events.';
        throw new PricingError('rater/not-mergeable', message, '');
      },
      encode: ({ from, to, time, level, area }) => ({
        from,
        to,
        time,
        level: formatFraction(level),
        area: formatFraction(area),
      }),
      decode: (stored) => ({
        from: decodeTime(stored.raw('from')),
        to: decodeTime(stored.raw('to')),
        time: decodeTime(stored.raw('time')),
        level: decodeNumber(stored, 'level'),
        area: decodeNumber(stored, 'area'),
      }),
      quantity: (state) => {
        const whole = { ...state };
        advance(whole, state.to);
        return whole.area.dividedBy(Rational.of(BigInt(state.to - state.from)));
      },
      carryOut: (state) => ({ kind: 'level', level: formatFraction(state.level) }),
    };
  },
});

function advance(state: RunningLevel, time: number): void {
  state.area = state.area.plus(state.level.times(Rational.of(BigInt(time - state.time))));
  state.time = time;
}

function decodeTime(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new PricingError('rater/state-not-valid', 'This is no stored instant.', '');
}
