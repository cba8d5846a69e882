/**
 * Copies the properties of an event into plain JSON values, so that nothing the application still holds can change them,
 * and refuses what JSON would silently turn into something else (NaN into null, 2^53 + 1 into its neighbour).
 */
import { eventLimits, forbiddenPropertyNames } from '@tidemark/ingest/contract';
import { TidemarkEventError } from './errors.ts';
import type { DataValue } from './usage-event.ts';
import type { JsonObject, JsonValue } from './json-value.ts';

const { dataDepthMax, dataPropertiesMax, propertyNameBytesMax } = eventLimits;

/** A copy of `data` with about its size in bytes of JSON. Properties that are `undefined` are left out, as in JSON. */
export function snapshotData(data: Readonly<Record<string, DataValue>>): {
  readonly data: JsonObject;
  readonly bytes: number;
} {
  const size = { bytes: 0, properties: 0 };
  const copy = copyObject(data, 'data', 1, size);
  return { data: copy, bytes: size.bytes };
}

/** Bytes of UTF-8. Lone surrogates have none: they are refused, because UTF-8 would replace them silently. */
export function textSize(text: string, path: string, code = 'ingest/invalid-data'): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 2;
    else {
      const low = text.charCodeAt(index + 1);
      if (unit > 0xdbff || !(low >= 0xdc00 && low <= 0xdfff)) {
        throw new TidemarkEventError(code, `${path} has a lone surrogate.`);
      }
      // A pair is two units and four bytes.
      bytes += 2;
      index += 1;
    }
  }
  return bytes;
}

interface Size {
  bytes: number;
  properties: number;
}

function copyObject(value: object, path: string, depth: number, size: Size) {
  if (depth > dataDepthMax) {
    throw new TidemarkEventError(
      'ingest/data-too-deep',
      `${path} is nested deeper than ${dataDepthMax}.`,
    );
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && !isForeignPlainObject(prototype)) {
    throw new TidemarkEventError(
      'ingest/invalid-data',
      `${path} must be a plain object, array, string, number, boolean or null.`,
    );
  }
  const copy: Record<string, JsonValue> = {};
  size.bytes += 2;
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, DataValue>)[name];
    if (member === undefined) continue;
    const memberPath = `${path}.${name}`;
    size.bytes += nameSize(name, memberPath) + 4;
    size.properties += 1;
    copy[name] = copyValue(member, memberPath, depth, size);
  }
  if (size.properties > dataPropertiesMax) {
    throw new TidemarkEventError(
      'ingest/too-many-properties',
      `data has more than ${dataPropertiesMax} properties.`,
    );
  }
  return copy;
}

function nameSize(name: string, path: string): number {
  if (forbiddenPropertyNames.has(name)) {
    throw new TidemarkEventError('ingest/forbidden-key', `A property must not be named ${name}.`);
  }
  const bytes = textSize(name, path.slice(0, 64));
  if (bytes > propertyNameBytesMax) {
    throw new TidemarkEventError(
      'ingest/property-name-too-long',
      `A property name exceeds ${propertyNameBytesMax} bytes of UTF-8.`,
    );
  }
  return bytes;
}

function copyValue(value: DataValue, path: string, depth: number, size: Size): JsonValue {
  switch (typeof value) {
    case 'string':
      size.bytes += textSize(value, path) + 2;
      return value;
    case 'number':
      return copyNumber(value, path, size);
    case 'bigint':
      return copyValue(value.toString(), path, depth, size);
    case 'boolean':
      size.bytes += 5;
      return value;
    case 'object':
      if (value === null) {
        size.bytes += 4;
        return null;
      }
      if (Array.isArray(value)) return copyArray(value as readonly DataValue[], path, depth, size);
      if (value instanceof Date) return copyDate(value, path, size);
      return copyObject(value, path, depth + 1, size);
    default:
      throw new TidemarkEventError(
        'ingest/invalid-data',
        `${path} is a ${typeof value}, which JSON cannot hold.`,
      );
  }
}

function copyNumber(value: number, path: string, size: Size): number {
  // Written so that NaN fails too.
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
    throw new TidemarkEventError(
      'ingest/number-not-exact',
      `${path} is ${value}, which a number cannot hold exactly: send a decimal string or a bigint.`,
    );
  }
  size.bytes += 8;
  // -0 is no number of JSON's canonical form.
  return value + 0;
}

function copyArray(
  values: readonly DataValue[],
  path: string,
  depth: number,
  size: Size,
): JsonValue {
  if (depth >= dataDepthMax) {
    throw new TidemarkEventError(
      'ingest/data-too-deep',
      `${path} is nested deeper than ${dataDepthMax}.`,
    );
  }
  size.bytes += 2 + values.length;
  return values.map((value, index) =>
    value === undefined ? null : copyValue(value, `${path}[${index}]`, depth + 1, size),
  );
}

function copyDate(value: Date, path: string, size: Size): string {
  if (Number.isNaN(value.getTime())) {
    throw new TidemarkEventError('ingest/invalid-data', `${path} is an invalid date.`);
  }
  size.bytes += 27;
  return value.toISOString();
}

/** Objects of another realm (an iframe, a `vm` context) have their own `Object.prototype`. */
function isForeignPlainObject(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'hasOwnProperty')
  );
}
