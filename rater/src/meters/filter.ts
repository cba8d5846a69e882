import type { UsageSample } from '../pricing/charge-rater.ts';
import type { JsonObject } from '../pricing/input/json-object.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';

/** Which events count: for every dimension named, the event's value must be one of those listed. */
export type Filter = Readonly<Record<string, readonly string[]>>;

const dimensionsMax = 32;
const valuesMax = 1000;

/** Reads `{ "region": ["eu-1", "eu-2"], "kind": "image" }`; absent is "every event". */
export function readFilter(parent: JsonObject, field: string): Filter {
  const object = parent.optionalObject(field);
  const filter: Record<string, readonly string[]> = {};
  if (object === undefined) return filter;
  const names = object.names();
  if (names.length > dimensionsMax) {
    const message = `At most ${dimensionsMax} dimensions are allowed.`;
    throw new PricingError('rater/too-many-items', message, object.path);
  }
  for (const name of names) {
    refuseForbiddenName(name, object.pathOf(name));
    const given = object.raw(name);
    const values: readonly unknown[] = Array.isArray(given)
      ? object.list(name, valuesMax, 1)
      : [given];
    filter[name] = values.map((value) => toDimensionValue(value, object.pathOf(name)));
  }
  return filter;
}

/** A filter as a predicate; `null` when it lets every event through. */
export function compileFilter(filter: Filter): ((sample: UsageSample) => boolean) | null {
  const conditions = Object.entries(filter).map(([name, values]) => ({
    name,
    values: new Set(values),
  }));
  if (conditions.length === 0) return null;
  return (sample) =>
    conditions.every(({ name, values }) => {
      const value = sample.text(name);
      return value !== undefined && values.has(value);
    });
}

/** These names reach JavaScript's own machinery in careless code; no meter may read them. */
export function refuseForbiddenName(name: string, path: string): void {
  if (name !== '__proto__' && name !== 'constructor' && name !== 'prototype') return;
  throw new PricingError('rater/forbidden-property', `The property ${name} cannot be read.`, path);
}

function toDimensionValue(value: unknown, path: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return `${value}`;
  }
  throw new PricingError(
    'rater/not-a-text',
    'A dimension value is a text, number or boolean.',
    path,
  );
}
