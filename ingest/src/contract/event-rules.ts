/**
 * What one usage event must keep, rule by rule; the zod schema (usage-event.ts) and the hot path
 * (parse-usage-event.ts) both ask here, so the rules stand once. Runs in browsers too.
 */
import type { Instant } from '@tidemark/platform/clock';
import { canonicalJson, utf8Length, type JsonObject, type JsonValue } from './canonical-json.ts';
import { parseEventTime } from './event-time.ts';
import { JsonFlaw } from './exact-json.ts';
import { eventLimits, forbiddenPropertyNames } from './limits.ts';
import type { ProblemCode } from './problem-codes.ts';

export interface RuleBreak {
  readonly code: ProblemCode;
  readonly message: string;
}

export type TimeReading = { readonly kind: 'ok'; readonly time: Instant } | RejectedReading;
interface RejectedReading {
  readonly kind: 'rejected';
  readonly broken: RuleBreak;
}

/** `id`, `source`, `type` or `subject`: well-formed text of 1 to 256 UTF-8 bytes. */
export function checkAttribute(name: string, value: unknown): RuleBreak | undefined {
  if (value === undefined || value === null || value === '') {
    return { code: 'ingest/missing-field', message: `${name} is required and must not be empty.` };
  }
  if (typeof value !== 'string') {
    return { code: 'ingest/invalid-field', message: `${name} must be a string.` };
  }
  const max = eventLimits.attributeBytesMax;
  if (value.length > max || (value.length > max / 3 && utf8Length(value) > max)) {
    return { code: 'ingest/field-too-long', message: `${name} exceeds ${max} bytes of UTF-8.` };
  }
  if (!value.isWellFormed()) {
    return { code: 'ingest/invalid-field', message: `${name} holds a lone surrogate.` };
  }
  return undefined;
}

export function readTime(value: unknown): TimeReading {
  if (value === undefined || value === null || value === '') {
    return rejected('ingest/missing-field', 'time is required.');
  }
  if (typeof value === 'string' && value.length <= eventLimits.timeLengthMax) {
    const time = parseEventTime(value);
    if (time !== undefined) return { kind: 'ok', time };
  }
  return rejected(
    'ingest/invalid-time',
    'time must be RFC 3339 with a zone, without leap second and with at most six decimals.',
  );
}

/** `datacontenttype`: absent, `application/json` or `application/*+json`, with or without parameters. */
export function checkContentType(value: unknown): RuleBreak | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(value)) {
    return undefined;
  }
  return { code: 'ingest/unsupported-data', message: 'datacontenttype must be JSON.' };
}

/** `data`: an object of JSON values within the limits of depth, count and names. Absent or null is the empty object. */
export function checkData(data: unknown): RuleBreak | undefined {
  if (data === undefined || data === null) return undefined;
  if (data instanceof JsonFlaw) return { code: data.code, message: data.message };
  if (!isPlainObject(data)) {
    return { code: 'ingest/invalid-data', message: 'data must be a JSON object.' };
  }
  return checkObject(data, 1, { properties: 0 });
}

/** Whether the event fits 256 KiB as canonical JSON; the exact size is computed only when a cheap bound exceeds it. */
export function checkEventSize(event: SizedEvent): RuleBreak | undefined {
  const max = eventLimits.eventBytesMax;
  if (sizeBound(event.data) + attributesBound <= max || eventBytes(event) <= max) return undefined;
  return { code: 'ingest/event-too-large', message: `The event exceeds ${max} bytes.` };
}

export interface SizedEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly data: JsonObject;
}

/** UTF-8 bytes of the event in canonical JSON, with its time at full length. */
export function eventBytes(event: SizedEvent): number {
  const { id, source, type, subject, data } = event;
  const time = '2026-01-01T00:00:00.000000Z';
  return utf8Length(canonicalJson({ id, source, type, subject, time, data }));
}

function checkObject(
  object: Readonly<Record<string, unknown>>,
  depth: number,
  seen: { properties: number },
): RuleBreak | undefined {
  if (depth > eventLimits.dataDepthMax) return tooDeep;
  for (const name in object) {
    if (++seen.properties > eventLimits.dataPropertiesMax) {
      const message = `data has more than ${eventLimits.dataPropertiesMax} properties.`;
      return { code: 'ingest/too-many-properties', message };
    }
    const broken = checkName(name) ?? checkValue(object[name], depth, seen);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** A property name: allowed, well-formed, at most 256 UTF-8 bytes. */
export function checkName(name: string): RuleBreak | undefined {
  if (forbiddenPropertyNames.has(name)) {
    return { code: 'ingest/forbidden-key', message: `A property must not be named ${name}.` };
  }
  const max = eventLimits.propertyNameBytesMax;
  if (name.length > max || (name.length > max / 3 && utf8Length(name) > max)) {
    return {
      code: 'ingest/property-name-too-long',
      message: `A property name exceeds ${max} bytes.`,
    };
  }
  if (!name.isWellFormed()) {
    return { code: 'ingest/invalid-data', message: 'A property name holds a lone surrogate.' };
  }
  return undefined;
}

function checkValue(
  value: unknown,
  depth: number,
  seen: { properties: number },
): RuleBreak | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : loneSurrogate;
    case 'number':
      return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? undefined : notExact(value);
    case 'boolean':
      return undefined;
    case 'object':
      break;
    default:
      return notJson;
  }
  if (value === null) return undefined;
  if (value instanceof JsonFlaw) return { code: value.code, message: value.message };
  if (Array.isArray(value)) return checkArray(value, depth + 1, seen);
  return isPlainObject(value) ? checkObject(value, depth + 1, seen) : notJson;
}

function checkArray(
  items: readonly unknown[],
  depth: number,
  seen: { properties: number },
): RuleBreak | undefined {
  if (depth > eventLimits.dataDepthMax) return tooDeep;
  // By index: a hole in a caller's array must be seen as undefined, which JSON does not have.
  for (let index = 0; index < items.length; index++) {
    const broken = checkValue(items[index], depth, seen);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

const tooDeep: RuleBreak = {
  code: 'ingest/data-too-deep',
  message: `data is nested deeper than ${eventLimits.dataDepthMax} levels.`,
};
const loneSurrogate: RuleBreak = {
  code: 'ingest/invalid-data',
  message: 'A string in data holds a lone surrogate.',
};
const notJson: RuleBreak = {
  code: 'ingest/invalid-data',
  message: 'data holds a value that JSON does not have.',
};

function notExact(value: number): RuleBreak {
  const message = `The number ${value} cannot be held exactly; send it as a decimal string.`;
  return { code: 'ingest/number-not-exact', message };
}

function rejected(code: ProblemCode, message: string): RejectedReading {
  return { kind: 'rejected', broken: { code, message } };
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Four attributes of 256 bytes, each byte escaped to six, with names and time. */
const attributesBound = 4 * 6 * eventLimits.attributeBytesMax + 128;

/** Never below the canonical size of `value` in UTF-8: a character takes six bytes at most (an escape). */
function sizeBound(value: JsonValue): number {
  switch (typeof value) {
    case 'string':
      return 6 * value.length + 3;
    case 'number':
      // Written without exponent, 5e-324 takes 326 characters; others at most 25.
      return Math.abs(value) < 1e-6 ? 345 : 26;
    case 'boolean':
      return 6;
    default:
      break;
  }
  if (value === null) return 5;
  let bound = 3;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) bound += sizeBound(item);
    return bound;
  }
  const object = value as JsonObject;
  for (const name in object) bound += 6 * name.length + 4 + sizeBound(object[name] as JsonValue);
  return bound;
}
