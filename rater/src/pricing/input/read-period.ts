/** Instants, periods and time zones in the JSON that the core reads. */
import { parseInstant } from '../../calendar/instant.ts';
import { isTimeZone } from '../../calendar/zone.ts';
import type { RatingPeriod } from '../charge-rater.ts';
import type { JsonObject } from './json-object.ts';
import { PricingError } from './pricing-error.ts';

/** An RFC 3339 time in integer microseconds. */
export function readInstant(object: JsonObject, field: string): number {
  return toInstant(object.text(field), object.pathOf(field));
}

export function optionalInstant(object: JsonObject, field: string): number | undefined {
  return object.has(field) ? readInstant(object, field) : undefined;
}

export function readInstants(object: JsonObject, field: string, itemsMax: number): number[] {
  return object
    .texts(field, itemsMax)
    .map((text, index) => toInstant(text, `${object.pathOf(field)}[${index}]`));
}

/** `{ "from": ..., "to": ... }`, half-open; `to` may equal `from` but not lie before it. */
export function readPeriod(parent: JsonObject, field: string): RatingPeriod {
  const object = parent.object(field);
  const period = { from: readInstant(object, 'from'), to: readInstant(object, 'to') };
  object.finish();
  if (period.to < period.from) {
    throw new PricingError('rater/period-reversed', 'The end lies before the start.', object.path);
  }
  return period;
}

function optionalPeriod(parent: JsonObject, field: string): RatingPeriod | undefined {
  return parent.has(field) ? readPeriod(parent, field) : undefined;
}

/** `service` and `period`; either may be left out, but a service needs its period. */
export function readService(object: JsonObject): {
  readonly period: RatingPeriod | undefined;
  readonly service: RatingPeriod | undefined;
} {
  const period = optionalPeriod(object, 'period');
  const service = optionalPeriod(object, 'service');
  if (service === undefined || period !== undefined) return { period, service };
  const message = 'A service needs its period.';
  throw new PricingError('rater/period-required', message, object.pathOf('period'));
}

export function readTimeZone(object: JsonObject): string | undefined {
  const name = object.optionalText('timeZone');
  if (name === undefined || isTimeZone(name)) return name;
  const message = 'This is no IANA time zone.';
  throw new PricingError('rater/unknown-time-zone', message, object.pathOf('timeZone'));
}

function toInstant(text: string, path: string): number {
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  throw new PricingError(
    'rater/not-an-instant',
    'This must be an RFC 3339 time with a zone.',
    path,
  );
}
