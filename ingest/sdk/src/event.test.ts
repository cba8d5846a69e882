import { describe, expect, it } from 'vitest';
import { TidemarkEventError } from './errors.ts';
import { snapshotEvent, toUsageEvent } from './event.ts';
import type { UsageEventInput } from './usage-event.ts';

const defaults = {
  ordinal: 1,
  source: 'edge-7',
  generateId: () => 'id-1',
  nowMs: 1_700_000_000_123,
};
const valid = { type: 'web.request', subject: 'acme' };

function codeOf(input: unknown): string {
  try {
    snapshotEvent(input as UsageEventInput, defaults);
  } catch (error) {
    if (error instanceof TidemarkEventError) return error.code;
    throw error;
  }
  return 'taken';
}

describe('snapshotEvent', () => {
  it('fills id, source and time in', () => {
    expect(toUsageEvent(snapshotEvent(valid, defaults))).toEqual({
      id: 'id-1',
      source: 'edge-7',
      type: 'web.request',
      subject: 'acme',
      time: '2023-11-14T22:13:20.123Z',
      data: {},
    });
  });

  it('copies data deeply and turns what JSON lacks into text', () => {
    const data = {
      list: [1, { deep: true }],
      big: 12345678901234567890n,
      at: new Date(0),
      gone: undefined,
      nothing: null,
    };
    const event = snapshotEvent({ ...valid, data }, defaults);
    data.list[0] = 2;
    expect(event.data).toEqual({
      list: [1, { deep: true }],
      big: '12345678901234567890',
      at: '1970-01-01T00:00:00.000Z',
      nothing: null,
    });
  });

  it('accepts the limits themselves', () => {
    expect(codeOf({ ...valid, id: 'é'.repeat(128) })).toBe('taken');
    expect(codeOf({ ...valid, data: { n: Number.MAX_SAFE_INTEGER } })).toBe('taken');
    expect(codeOf({ ...valid, data: { text: 'x'.repeat(250_000) } })).toBe('taken');
  });

  const nested = (depth: number): unknown => (depth === 0 ? 1 : { inner: nested(depth - 1) });
  const refused: readonly (readonly [string, unknown, string])[] = [
    ['no type', { subject: 'acme' }, 'ingest/missing-field'],
    ['an empty subject', { ...valid, subject: '' }, 'ingest/missing-field'],
    ['an id of 257 bytes', { ...valid, id: `${'é'.repeat(128)}x` }, 'ingest/field-too-long'],
    ['a lone surrogate in the id', { ...valid, id: '\ud800x' }, 'ingest/invalid-field'],
    ['a lone surrogate in data', { ...valid, data: { a: 'x\udfff' } }, 'ingest/invalid-data'],
    ['a time without zone', { ...valid, time: '2026-01-31T12:00:00' }, 'ingest/invalid-time'],
    ['an invalid Date', { ...valid, time: new Date(Number.NaN) }, 'ingest/invalid-time'],
    ['NaN', { ...valid, data: { a: Number.NaN } }, 'ingest/number-not-exact'],
    ['Infinity', { ...valid, data: { a: Infinity } }, 'ingest/number-not-exact'],
    ['2^53', { ...valid, data: { a: 2 ** 53 } }, 'ingest/number-not-exact'],
    ['a function', { ...valid, data: { a: () => 1 } }, 'ingest/invalid-data'],
    ['a Map', { ...valid, data: { a: new Map() } }, 'ingest/invalid-data'],
    ['deep nesting', { ...valid, data: { a: nested(16) } }, 'ingest/data-too-deep'],
    [
      '__proto__',
      { ...valid, data: JSON.parse('{"__proto__":1}') as object },
      'ingest/forbidden-key',
    ],
    [
      'a long property name',
      { ...valid, data: { ['x'.repeat(257)]: 1 } },
      'ingest/property-name-too-long',
    ],
    [
      '257 properties',
      {
        ...valid,
        data: Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`p${index}`, 1])),
      },
      'ingest/too-many-properties',
    ],
    [
      'more than 256 KiB',
      { ...valid, data: { text: 'x'.repeat(262_144) } },
      'ingest/event-too-large',
    ],
    [
      '256 KiB by escapes',
      { ...valid, data: { text: '\n'.repeat(140_000) } },
      'ingest/event-too-large',
    ],
  ];

  it.each(refused)('refuses %s', (_, input, code) => {
    expect(codeOf(input)).toBe(code);
  });
});
