/** The events of a case: one of each identity, those that cannot be measured listed with the reason. */
import { unnamedProperty } from '../../meters/measured-value.ts';
import type { Meter } from '../../meters/meter.ts';
import type { RatingPeriod, UsageSample } from '../charge-rater.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import { readInstant } from '../input/read-period.ts';
import { caseItemsMax } from './case-kind.ts';
import {
  exactNumber,
  measuredProperty,
  sampleOf,
  textOf,
  type JsonEvent,
  type NumberFault,
} from './json-sample.ts';

interface Rejection {
  readonly index: number;
  readonly code: string;
}

export interface CaseEvents {
  /** Of the meter's type and inside the period, in order of time, ties in the order written. */
  readonly samples: readonly UsageSample[];
  readonly rejected: readonly Rejection[];
}

export interface EventReading {
  readonly meter: Meter;
  /** Half-open. */
  readonly period: RatingPeriod;
  /** Properties that must be numbers where present. */
  readonly numberProperties: readonly string[];
}

/**
 * Reads `events`. One of the meter's type that the gateway would reject is left out and listed, also outside the period,
 * and does not count as the first of its identity. Events of one identity are one event, the first in the list, also where
 * that lies outside the period.
 */
export function readEvents(input: JsonObject, reading: EventReading): CaseEvents {
  const { meter, period } = reading;
  const rejected: Rejection[] = [];
  const seen = new Set<string>();
  const events: JsonEvent[] = [];
  const objects = input.objects('events', caseItemsMax);
  requireProperty(meter, objects);
  for (const [index, object] of objects.entries()) {
    const event = readEvent(object, index, meter);
    const isOfType =
      event.type === undefined || meter.eventType === '' || event.type === meter.eventType;
    const fault = isOfType ? faultOf(event, reading) : undefined;
    if (fault !== undefined) rejected.push({ index, code: fault });
    else if (isFirst(event.identity, seen) && isOfType && isInside(event.time, period)) {
      events.push(event);
    }
  }
  // Sorting is stable: events of one time stay in the order written.
  events.sort((left, right) => left.time - right.time);
  return { samples: events.map(sampleOf), rejected };
}

/** Whether no event before had this identity; notes it. */
function isFirst(identity: string | undefined, seen: Set<string>): boolean {
  if (identity === undefined) return true;
  if (seen.has(identity)) return false;
  seen.add(identity);
  return true;
}

function isInside(time: number, { from, to }: RatingPeriod): boolean {
  return time >= from && time < to;
}

/** A meter may leave its property out where every value is given as `value`. */
function requireProperty(meter: Meter, events: readonly JsonObject[]): void {
  const isNamed = meter.value?.kind !== 'property' || meter.value.name !== unnamedProperty;
  if (isNamed || events.some((event) => event.isGiven('value'))) return;
  throw new PricingError('rater/missing-field', 'The field property is missing.', 'meter.property');
}

interface ReadEvent extends JsonEvent {
  readonly identity: string | undefined;
  readonly type: string | undefined;
}

function readEvent(object: JsonObject, index: number, meter: Meter): ReadEvent {
  const event = {
    index,
    time: readInstant(object, 'time'),
    properties: readProperties(object, meter),
    identity: identityOf(object),
    type: object.optionalText('type'),
  };
  object.finish();
  return event;
}

function faultOf(
  { properties }: ReadEvent,
  { meter, numberProperties }: EventReading,
): NumberFault | 'ingest/unknown-operation' | undefined {
  for (const name of numberProperties) {
    if (!Object.hasOwn(properties, name)) continue;
    const number = exactNumber(properties[name]);
    if (typeof number === 'string') return number;
  }
  return isUnknownOperation(properties['operation'], meter)
    ? 'ingest/unknown-operation'
    : undefined;
}

/** Absent and `null` are the default. */
function isUnknownOperation(value: unknown, { operations }: Meter): boolean {
  if (operations.length === 0 || value === undefined || value === null) return false;
  const operation = textOf(value);
  return operation === undefined || !operations.includes(operation);
}

/** Without an id an event has no identity, and is never a copy of another. */
function identityOf(object: JsonObject): string | undefined {
  const id = object.optionalText('id');
  const source = object.optionalText('source') ?? '';
  const subject = object.optionalText('subject') ?? '';
  object.optionalText('specversion');
  return id === undefined ? undefined : JSON.stringify([subject, source, id]);
}

function readProperties(object: JsonObject, meter: Meter): Readonly<Record<string, unknown>> {
  const data = object.optionalObject('data');
  // Own properties whatever their name: `data` may come from JSON that names anything.
  const properties =
    data === undefined
      ? {}
      : Object.fromEntries(data.names().map((name) => [name, data.given(name)]));
  if (!object.isGiven('value')) return properties;
  const property = measuredProperty(meter);
  if (property === undefined && meter.value !== undefined) {
    const message = 'A value stands for one property; this meter has an expression.';
    throw new PricingError('rater/usage-does-not-fit', message, object.pathOf('value'));
  }
  return property === undefined ? properties : { ...properties, [property]: object.given('value') };
}
