/**
 * How column values arrive, the same for every driver: instants as integer microseconds, 64-bit integers as safe
 * numbers, numerics and dates as text. Keyed by the type's object id in Postgres' catalogue, which never changes.
 */
import { instantMax, instantMin } from '../clock/index.ts';
import type { Instant } from '../clock/index.ts';
import { AppError } from '../errors/index.ts';

export type ColumnParser = (text: string) => unknown;

const asText: ColumnParser = (text) => text;

const elementParsers = {
  bool: (text: string) => text === 't',
  bytea: (text: string) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
  int8: parseSafeInteger,
  int4: Number,
  json: (text: string): unknown => JSON.parse(text),
  timestamptz: parseTimestamptz,
};

/** Parsers by type id; a type that is not here (text, uuid, enum, interval) arrives as its text. */
export const columnParsers: Readonly<Record<number, ColumnParser>> = {
  16: elementParsers.bool,
  17: elementParsers.bytea,
  20: elementParsers.int8,
  21: elementParsers.int4,
  23: elementParsers.int4,
  26: elementParsers.int4,
  114: elementParsers.json,
  700: Number,
  701: Number,
  1005: arrayOf(elementParsers.int4),
  1007: arrayOf(elementParsers.int4),
  1009: arrayOf(asText),
  1015: arrayOf(asText),
  1016: arrayOf(elementParsers.int8),
  1082: asText,
  1083: asText,
  1114: asText,
  1184: elementParsers.timestamptz,
  1185: arrayOf(elementParsers.timestamptz),
  1186: asText,
  1231: arrayOf(asText),
  1700: asText,
  2951: arrayOf(asText),
  3802: elementParsers.json,
};

function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new AppError(
    'invariant',
    'platform/int8-not-safe',
    'A 64-bit integer column holds a value beyond 2^53 - 1.',
    { details: { value: text } },
  );
}

const TIMESTAMPTZ = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\+00$/;

/** Reads `2015-05-17 10:05:03.000001+00`; every connection is set to UTC and ISO dates. Exact to the microsecond. */
export function parseTimestamptz(text: string): Instant {
  const match = TIMESTAMPTZ.exec(text);
  if (match !== null) {
    const [, year, month, day, hour, minute, second, fraction = ''] = match;
    const milliseconds = Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    const instant = milliseconds * 1000 + Number(fraction.padEnd(6, '0'));
    if (instant >= instantMin && instant < instantMax) return instant;
  }
  throw new AppError(
    'invariant',
    'platform/timestamp-out-of-range',
    'A timestamptz column holds a value that is no instant of ours (infinite, or out of range).',
    { details: { value: text } },
  );
}

function arrayOf(element: ColumnParser): ColumnParser {
  return (text) => parseArray(text, element);
}

// One element: a quoted text with backslash escapes, or a bare one.
const ARRAY_ELEMENT = /"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs;

/** Reads a one-dimensional array literal such as `{1,NULL,"a,b"}`. */
export function parseArray(text: string, element: ColumnParser): unknown[] {
  if (!text.startsWith('{') || text.startsWith('{{')) {
    throw new AppError(
      'invariant',
      'platform/array-not-supported',
      'Only one-dimensional arrays with lower bound 1 are read.',
    );
  }
  return Array.from(text.slice(1, -1).matchAll(ARRAY_ELEMENT), ([, quoted, bare]) => {
    if (quoted !== undefined) return element(quoted.replace(/\\(.)/gs, '$1'));
    return bare === 'NULL' ? null : element(bare ?? '');
  });
}
