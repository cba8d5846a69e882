import { Rational } from '../money/index.ts';
import { defineAggregation } from './aggregation.ts';

/** Whether each value seen is present after the newest event that named it. */
type Presence = Map<string, boolean>;

/**
 * The exact number of distinct values of a property that are present at the end. An event's `data.operation` is `add`
 * (default) or `remove`; an event with another operation is a rejection, and never measured. No events: 0. State: every
 * value seen, so it grows with the distinct values and is rated from the store. With `carry` a period starts with the values of the one
 * before. Example: add a, add b, add a, remove b give 1.
 */
export const uniqueCount = defineAggregation<Presence>({
  reads: 'text',
  operations: ['add', 'remove'],
  options: ['carry'],
  create: ({ value, carry }) => {
    const property = value.kind === 'property' ? value.name : '';
    return {
      mode: 'deferred',
      aggregate: 'fold',
      empty: (_period, carried) => {
        const values = carry && carried?.kind === 'values' ? carried.values : [];
        return new Map(values.map((present) => [present, true]));
      },
      add: (state, sample) => {
        const seen = sample.text(property);
        const operation = sample.text('operation') ?? 'add';
        if (seen === undefined || (operation !== 'add' && operation !== 'remove'))
          return 'unmatched';
        state.set(seen, operation === 'add');
        return 'measured';
      },
      merge: (state, other) => new Map([...state, ...other]),
      encode: (state) => ({ present: valuesOf(state, true), removed: valuesOf(state, false) }),
      decode: (stored) =>
        new Map([
          ...stored.list('present', Infinity).map((seen) => [seen as string, true] as const),
          ...stored.list('removed', Infinity).map((seen) => [seen as string, false] as const),
        ]),
      quantity: (state) => {
        let present = 0n;
        for (const isPresent of state.values()) if (isPresent) present++;
        return Rational.of(present);
      },
      ...(carry && { carryOut: (state) => ({ kind: 'values', values: valuesOf(state, true) }) }),
    };
  },
});

function valuesOf(state: Presence, present: boolean): string[] {
  return [...state].flatMap(([value, isPresent]) => (isPresent === present ? [value] : [])).sort();
}
