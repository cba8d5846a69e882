import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayUnderTest } from '../fakes/gateway-under-test.ts';
import { event } from '../fakes/sent-events.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});

afterAll(async () => {
  await gateway.stop();
});

describe('events that are refused one by one', () => {
  const number = (literal: string) =>
    JSON.stringify(event({ data: { bytes: 'N' } })).replace('"N"', literal);
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const withData = (data: string) => JSON.stringify(event({ data: 'D' })).replace('"D"', data);
  const without = (name: string) => JSON.stringify({ ...event(), [name]: undefined });

  it.each<[string, () => string, string]>([
    ['no id', () => without('id'), 'ingest/missing-field'],
    ['no source', () => without('source'), 'ingest/missing-field'],
    ['no type', () => without('type'), 'ingest/missing-field'],
    ['no subject', () => without('subject'), 'ingest/missing-field'],
    ['no time', () => without('time'), 'ingest/missing-field'],
    ['an empty subject', () => JSON.stringify(event({ subject: '' })), 'ingest/missing-field'],
    ['an id that is a number', () => JSON.stringify(event({ id: 7 })), 'ingest/invalid-field'],
    [
      'an id of 257 bytes',
      () => JSON.stringify(event({ id: `${'é'.repeat(128)}x` })),
      'ingest/field-too-long',
    ],
    [
      'a lone surrogate in the id',
      () => JSON.stringify(event()).replace('"r-', '"\\ud800r-'),
      'ingest/invalid-field',
    ],
    ['a lone surrogate in data', () => withData('{"kind":"\\udfff"}'), 'ingest/invalid-data'],
    ['data that is an array', () => withData('[]'), 'ingest/invalid-data'],
    [
      'a time without zone',
      () => JSON.stringify(event({ time: '2026-01-31T12:00:00' })),
      'ingest/invalid-time',
    ],
    [
      'a leap second',
      () => JSON.stringify(event({ time: '2026-01-31T11:59:60Z' })),
      'ingest/invalid-time',
    ],
    [
      'a time in the future',
      () => JSON.stringify(event({ time: '2026-01-31T12:05:00.000001Z' })),
      'ingest/event-too-new',
    ],
    [
      'a time too old',
      () => JSON.stringify(event({ time: '2025-12-27T11:59:59.999999Z' })),
      'ingest/event-too-old',
    ],
    ['1e400', () => number('1e400'), 'ingest/number-not-exact'],
    ['2^53', () => number('9007199254740993'), 'ingest/number-not-exact'],
    [
      'a literal of 40 digits',
      () => number('0.1234567890123456789012345678901234567890'),
      'ingest/number-not-exact',
    ],
    [
      'a decimal string of 40 digits',
      () => number('"1234567890123456789012345678901234567890"'),
      'ingest/value-not-a-number',
    ],
    ['NaN as text', () => number('"NaN"'), 'ingest/value-not-a-number'],
    ['an exponent as text', () => number('"1e3"'), 'ingest/value-not-a-number'],
    ['19 decimals', () => number('0.0000000000000000001'), 'ingest/value-not-a-number'],
    ['a boolean for a number', () => number('true'), 'ingest/value-not-a-number'],
    ['null for a number', () => number('null'), 'ingest/value-not-a-number'],
    ['an object for a number', () => number('{}'), 'ingest/value-not-a-number'],
    ['an operation of no meter', () => withData('{"operation":"GET"}'), 'ingest/unknown-operation'],
    ['an empty operation', () => withData('{"operation":""}'), 'ingest/unknown-operation'],
    ['a number for an operation', () => withData('{"operation":1}'), 'ingest/unknown-operation'],
    ['an object for an operation', () => withData('{"operation":{}}'), 'ingest/unknown-operation'],
    ['a duplicate key', () => withData('{"bytes":1,"bytes":2}'), 'ingest/duplicate-key'],
    ['__proto__', () => withData('{"__proto__":{"bytes":1}}'), 'ingest/forbidden-key'],
    ['nesting of 17 levels', () => withData(`{"a":${deep(16)}}`), 'ingest/data-too-deep'],
    ['nesting of 100,000 levels', () => withData(`{"a":${deep(100_000)}}`), 'ingest/data-too-deep'],
    [
      'a property of 2 MB',
      () => withData(`{"text":"${'x'.repeat(2_000_000)}"}`),
      'ingest/event-too-large',
    ],
    [
      '257 properties',
      () => withData(`{${Array.from({ length: 257 }, (_, index) => `"p${index}":1`).join()}}`),
      'ingest/too-many-properties',
    ],
    ['a string', () => '"event"', 'ingest/not-an-object'],
    ['an array in the array', () => deep(1000), 'ingest/not-an-object'],
  ])('refuses %s and keeps the others', async (_, bad, code) => {
    const [first, last] = [event(), event()];
    const answer = await gateway.post(
      `[${JSON.stringify(first)},${bad()},${JSON.stringify(last)}]`,
    );
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ accepted: 2, rejected: [{ index: 1, code }] });
    expect(await gateway.logged([first.id, last.id])).toHaveLength(2);
  });

  it.each<[string, Record<string, unknown>]>([
    ['the last instant of the window', { time: '2026-01-31T12:05:00Z' }],
    ['the first instant of the window', { time: '2025-12-27T12:00:00Z' }],
    ['a number in a string', { data: { bytes: '-12345678901234567890.123456789012345678' } }],
    ['a metered property that is absent', { data: {} }],
    ['no data', { data: undefined }],
    ['the same property of an unmetered type', { type: 'other', data: { bytes: 'many' } }],
    ['an operation that a meter knows', { data: { operation: 'remove' } }],
    ['no operation', { data: { operation: null } }],
    ['any operation of an unmetered type', { type: 'other', data: { operation: 'GET' } }],
    ['16 levels', { data: { a: { b: { c: { d: [[[[[[[[[[1]]]]]]]]]] } } } } }],
    ['256 bytes of id', { id: `${'é'.repeat(127)}xy` }],
  ])('accepts %s', async (_, given) => {
    expect((await gateway.postJson(event(given))).json).toEqual({ accepted: 1, rejected: [] });
  });

  it('takes nothing for nothing', async () => {
    expect((await gateway.post('[]')).json).toEqual({ accepted: 0, rejected: [] });
  });

  it('accepts copies and conflicting copies: the rater decides', async () => {
    const one = event();
    const answer = await gateway.postJson([one, one, { ...one, data: { bytes: 1 } }]);
    expect(answer.json.accepted).toBe(3);
    expect(await gateway.logged([one.id])).toHaveLength(3);
  });

  it('answers 200 when all events are rejected', async () => {
    const answer = await gateway.postJson([{}, {}]);
    expect(answer.status).toBe(200);
    expect(answer.json.accepted).toBe(0);
    expect(answer.json.rejected?.map(({ index }) => index)).toEqual([0, 1]);
  });
});
