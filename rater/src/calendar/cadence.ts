import type { JsonObject } from '../pricing/input/json-object.ts';

export const cadenceUnits = ['day', 'week', 'month', 'quarter', 'semiannual', 'year'] as const;
export type CadenceUnit = (typeof cadenceUnits)[number];

/** How often something recurs: every `every` units. */
export interface Cadence {
  readonly every: number;
  readonly unit: CadenceUnit;
}

const everyMax = 1000;

/** Reads `"month"` or `{ "every": 2, "unit": "week" }`; `undefined` when absent. */
export function readCadence(parent: JsonObject, field = 'cadence'): Cadence | undefined {
  if (!parent.has(field)) return undefined;
  if (typeof parent.raw(field) === 'string')
    return { every: 1, unit: parent.choice(field, cadenceUnits) };
  const object = parent.object(field);
  const cadence: Cadence = {
    every: object.has('every') ? object.integer('every', 1, everyMax) : 1,
    unit: object.choice('unit', cadenceUnits),
  };
  object.finish();
  return cadence;
}
