// Meters by PRICING.md section 4: which events count, what each is worth, and one plain computation an aggregation over
// the whole list. Bucket edges are UTC hours and days.
import type { Meter, MeterCase, Range, UsageEvent } from './case-types.ts';
import { convert } from './conversion.ts';
import { evaluateExpression } from './expression.ts';
import type { Fraction } from './fraction.ts';
import {
  add,
  divide,
  fraction,
  larger,
  multiply,
  smaller,
  sum,
  toDecimal,
  ZERO,
} from './fraction.ts';
import { micros } from './instants.ts';
import { dimensionText, numberOf } from './property-values.ts';

export interface AcceptedEvent {
  event: UsageEvent;
  at: number;
  value: Fraction;
}

interface Carried {
  initialLevel?: string;
  initialValues?: string[];
}

export function eventMatches(
  filter: Record<string, string[]> | undefined,
  event: UsageEvent,
): boolean {
  return Object.entries(filter ?? {}).every(([name, values]) => {
    const text = dimensionText(event.data?.[name]);
    return text !== null && values.includes(text);
  });
}

const NEEDS_NUMBER = new Set([
  'sum',
  'min',
  'max',
  'average',
  'latest',
  'time_weighted',
  'bucketed_max',
  'bucketed_sum',
]);

/** The first event of every identity that is inside the period and the filter, in order of time; and what is no number. */
export function acceptedEvents(
  meter: Meter,
  events: readonly UsageEvent[],
  period: Range,
): { accepted: AcceptedEvent[]; rejected: { index: number }[] } {
  const seen = new Set<string>();
  const accepted: AcceptedEvent[] = [];
  const rejected: { index: number }[] = [];
  events.forEach((event, index) => {
    const at = micros(event.time);
    // Refused at the door, whatever its time and filter, and before it can claim an identity.
    const value = valueOf(meter, event);
    if (value === 'rejected') {
      rejected.push({ index });
      return;
    }
    if (event.id !== undefined) {
      if (seen.has(event.id)) return;
      seen.add(event.id);
    }
    if (at < micros(period.from) || at >= micros(period.to)) return;
    if (value === 'absent' || !eventMatches(meter.filter, event)) return;
    accepted.push({ event, at, value });
  });
  accepted.sort((a, b) => a.at - b.at);
  return { accepted, rejected };
}

function valueOf(meter: Meter, event: UsageEvent): Fraction | 'absent' | 'rejected' {
  if (!NEEDS_NUMBER.has(meter.aggregation)) {
    if (meter.aggregation === 'count') return fraction(1);
    const operation = event.data?.['operation'] ?? 'add';
    if (operation !== 'add' && operation !== 'remove') return 'rejected';
    return distinctText(meter, event) === null ? 'absent' : fraction(1);
  }
  if (meter.expression !== undefined) return evaluateExpression(meter.expression, event.data ?? {});
  const raw = event.value ?? event.data?.[meter.property ?? ''];
  if (raw === undefined || raw === null) return 'absent';
  const text = numberOf(raw);
  return text === null ? 'rejected' : fraction(text);
}

function distinctText(meter: Meter, event: UsageEvent): string | null {
  return dimensionText(event.value ?? event.data?.[meter.property ?? '']);
}

/** The meter's result for its events in order of time; null when there is none. */
export function measure(
  meter: Meter,
  events: readonly AcceptedEvent[],
  period: Range,
  carried: Carried,
): { quantity: Fraction | null; carriedLevel: Fraction | null } {
  const { quantity, carriedLevel } = aggregate(meter, events, period, carried);
  return { quantity: quantity === null ? null : convert(quantity, meter.conversion), carriedLevel };
}

function aggregate(
  meter: Meter,
  events: readonly AcceptedEvent[],
  period: Range,
  carried: Carried,
): { quantity: Fraction | null; carriedLevel: Fraction | null } {
  const values = events.map(({ value }) => value);
  const simple = (quantity: Fraction | null) => ({ quantity, carriedLevel: null });
  switch (meter.aggregation) {
    case 'count':
      return simple(fraction(events.length));
    case 'sum': {
      const start = meter.carry === true ? fraction(carried.initialLevel ?? '0') : ZERO;
      const total = add(start, sum(values));
      return { quantity: total, carriedLevel: meter.carry === true ? total : null };
    }
    case 'min':
      return simple(values.length === 0 ? null : values.reduce(smaller));
    case 'max':
      return simple(values.length === 0 ? null : values.reduce(larger));
    case 'average':
      return simple(values.length === 0 ? null : divide(sum(values), fraction(values.length)));
    case 'latest':
      return simple(values.at(-1) ?? null);
    case 'unique_count':
      return simple(uniqueCount(meter, events, carried));
    case 'time_weighted':
      return timeWeighted(meter, events, period, carried);
    case 'bucketed_max':
      return simple(bucketed(meter, events, (bucket) => bucket.reduce(larger)));
    case 'bucketed_sum':
      return simple(bucketed(meter, events, sum));
    default:
      throw new Error(`oracle: no such aggregation: ${meter.aggregation}`);
  }
}

function uniqueCount(meter: Meter, events: readonly AcceptedEvent[], carried: Carried): Fraction {
  const present = new Set(meter.carry === true ? carried.initialValues : []);
  for (const { event } of events) {
    const text = distinctText(meter, event)!;
    if (event.data?.['operation'] === 'remove') present.delete(text);
    else present.add(text);
  }
  return fraction(present.size);
}

function timeWeighted(
  meter: Meter,
  events: readonly AcceptedEvent[],
  period: Range,
  carried: Carried,
): { quantity: Fraction; carriedLevel: Fraction } {
  const [from, to] = [micros(period.from), micros(period.to)];
  let level = fraction(carried.initialLevel ?? '0');
  let since = from;
  let area = ZERO;
  for (const { at, value } of events) {
    area = add(area, multiply(level, fraction(at - since)));
    level = meter.values === 'change' ? add(level, value) : value;
    since = at;
  }
  area = add(area, multiply(level, fraction(to - since)));
  return { quantity: divide(area, fraction(to - from)), carriedLevel: level };
}

function bucketed(
  meter: Meter,
  events: readonly AcceptedEvent[],
  ofBucket: (values: Fraction[]) => Fraction,
): Fraction {
  const length = meter.bucket === 'hour' ? 3_600_000_000 : 86_400_000_000;
  const buckets = new Map<number, Fraction[]>();
  for (const { at, value } of events) {
    const key = Math.floor(at / length);
    buckets.set(key, [...(buckets.get(key) ?? []), value]);
  }
  return sum([...buckets.values()].map(ofBucket));
}

export function meterCase(input: MeterCase): Record<string, unknown> {
  const { accepted, rejected } = acceptedEvents(input.meter, input.events, input.period);
  const { quantity, carriedLevel } = measure(input.meter, accepted, input.period, input);
  return {
    quantity: quantity === null ? null : toDecimal(quantity, 18),
    ...(carriedLevel === null ? {} : { carriedLevel: toDecimal(carriedLevel, 18) }),
    rejected,
  };
}
