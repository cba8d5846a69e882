import { connect } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ColumnsBuilder } from '../../src/contract/columns-builder.ts';
import { columnsContentType, encodeClientColumns } from '../../src/contract/columns-codec.ts';
import { partitionOf } from '../../src/contract/partition.ts';
import { parseInstant } from '@tidemark/platform/clock';
import { FaultyAppend, GatewayUnderTest, nowText } from '../fakes/gateway-under-test.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});

afterAll(async () => {
  await gateway.stop();
});

let nextId = 0;

function event(given: Readonly<Record<string, unknown>> = {}) {
  nextId += 1;
  return {
    id: `r-${nextId}`,
    source: 'edge-7',
    type: 'web.request',
    subject: `customer-${nextId % 5}`,
    time: nowText,
    data: { bytes: 203_023, kind: 'image' },
    ...given,
  };
}

const cloudEvent = (given: Readonly<Record<string, unknown>> = {}) =>
  event({ specversion: '1.0', ...given });

function columnar(events: readonly ReturnType<typeof event>[]): Uint8Array {
  const builder = new ColumnsBuilder();
  for (const each of events) {
    builder.add({ ...each, tenant: '', time: parseInstant(each.time) ?? 0 });
  }
  return encodeClientColumns(builder.build());
}

async function logged(ids: readonly unknown[]): Promise<string[]> {
  const events = await gateway.events();
  return events
    .map(({ id }) => id)
    .filter((id) => ids.includes(id))
    .sort();
}

describe('content types', () => {
  it('takes one event as JSON', async () => {
    const one = event({ time: '2026-01-31T13:00:00.000001+01:00' });
    const answer = await gateway.postJson(one);
    expect(answer).toMatchObject({ status: 200, json: { accepted: 1, rejected: [] } });
    const stored = (await gateway.events()).find(({ id }) => id === one.id);
    expect(stored).toEqual({
      tenant: 'acme',
      id: one.id,
      source: 'edge-7',
      type: 'web.request',
      subject: one.subject,
      time: (parseInstant(nowText) ?? 0) + 1,
      data: { bytes: 203_023, kind: 'image' },
    });
  });

  it('takes an array as JSON, also of CloudEvents', async () => {
    const events = [event(), cloudEvent(), event({ extension: 'kept out' })];
    const answer = await gateway.postJson(events, { type: 'application/json; charset=utf-8' });
    expect(answer.json).toEqual({ accepted: 3, rejected: [] });
    expect(await logged(events.map(({ id }) => id))).toHaveLength(3);
  });

  it('takes one structured CloudEvent', async () => {
    const type = 'application/cloudevents+json';
    expect((await gateway.postJson(cloudEvent(), { type })).json.accepted).toBe(1);
    const without = await gateway.postJson(event(), { type });
    expect(without.json.rejected).toMatchObject([
      { index: 0, code: 'ingest/unsupported-specversion' },
    ]);
    expect((await gateway.postJson([cloudEvent()], { type })).status).toBe(400);
  });

  it('takes a batch of CloudEvents', async () => {
    const type = 'application/cloudevents-batch+json';
    const answer = await gateway.postJson([cloudEvent(), event(), cloudEvent()], { type });
    expect(answer.json).toMatchObject({ accepted: 2, rejected: [{ index: 1 }] });
    expect((await gateway.postJson(cloudEvent(), { type })).status).toBe(400);
  });

  it('takes a CloudEvent in binary mode', async () => {
    const id = `b-${(nextId += 1)}`;
    const attributes = {
      specversion: '1.0',
      id,
      source: 'edge%2D7',
      type: 'web.request',
      time: nowText,
    };
    const headers = Object.fromEntries(
      Object.entries({ ...attributes, subject: 'M%C3%BCller' }).map(([name, value]) => [
        `ce-${name}`,
        value,
      ]),
    );
    expect((await gateway.postJson({ bytes: 1 }, { headers })).json.accepted).toBe(1);
    const stored = (await gateway.events()).find((each) => each.id === id);
    expect(stored).toMatchObject({ source: 'edge-7', subject: 'Müller', data: { bytes: 1 } });
    const broken = await gateway.postJson({}, { headers: { ...headers, 'ce-id': '%E0' } });
    expect(broken.json.rejected).toMatchObject([{ code: 'ingest/invalid-field' }]);
  });

  it('takes NDJSON, and an unreadable line is one rejection', async () => {
    const [first, second] = [event(), event()];
    const lines = [
      Buffer.from(JSON.stringify(first)),
      Buffer.from('{"id":"torn"'),
      Buffer.from(''),
      Buffer.from([0x22, 0xff, 0x22]),
      Buffer.from(`${JSON.stringify(second)}\r`),
      Buffer.from('42'),
    ];
    const body = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
    const answer = await gateway.post(body, { type: 'application/x-ndjson' });
    expect(answer.json).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, id: null, code: 'ingest/not-json' },
        { index: 2, id: null, code: 'ingest/not-json' },
        { index: 4, id: null, code: 'ingest/not-an-object' },
      ],
    });
    expect(await logged([first.id, second.id])).toHaveLength(2);
  });

  it('takes the columns of the SDK and refuses single rows', async () => {
    const events = [
      event(),
      event({ data: { bytes: 'much' } }),
      event({ time: '2025-01-01T00:00:00Z' }),
      event({ data: { bytes: '17.5' } }),
      event({ type: 'other', data: { bytes: 'much' } }),
      event({ data: { bytes: true } }),
      event({ data: { bytes: null } }),
    ];
    const answer = await gateway.post(columnar(events), { type: columnsContentType });
    expect(answer.json).toMatchObject({
      accepted: 3,
      rejected: [
        { index: 1, id: events[1]?.id, code: 'ingest/value-not-a-number' },
        { index: 2, id: events[2]?.id, code: 'ingest/event-too-old' },
        { index: 5, id: events[5]?.id, code: 'ingest/value-not-a-number' },
        { index: 6, id: events[6]?.id, code: 'ingest/value-not-a-number' },
      ],
    });
    expect(await logged(events.map(({ id }) => id))).toEqual(
      [0, 3, 4].map((index) => events[index]?.id).sort(),
    );
  });

  it.each(['text/plain', 'application/xml', 'application/json; charset=latin1', ''])(
    'refuses content type %j',
    async (type) => {
      const answer = await gateway.post(Buffer.from('{}'), { type });
      expect(answer).toMatchObject({
        status: 415,
        json: { code: 'ingest/unsupported-media-type' },
      });
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    },
  );

  it('takes gzip and zstd', async () => {
    const body = Buffer.from(JSON.stringify([event(), event()]));
    const gzip = { 'content-encoding': 'gzip' };
    const zstd = { 'content-encoding': 'zstd' };
    expect((await gateway.post(gzipSync(body), { headers: gzip })).json.accepted).toBe(2);
    expect((await gateway.post(zstdCompressSync(body), { headers: zstd })).json.accepted).toBe(2);
  });
});

describe('keys and parameters', () => {
  it.each(['', 'unknown-key'])('refuses key %j', async (key) => {
    const answer = await gateway.postJson(event(), { key });
    expect(answer).toMatchObject({ status: 401, json: { code: 'ingest/unauthorized' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('refuses a key without the scope', async () => {
    expect((await gateway.postJson(event(), { key: 'read-key' })).status).toBe(403);
    expect((await gateway.postJson(event(), { query: '?backfill=true' })).status).toBe(403);
    expect((await gateway.postJson(event(), { key: 'billing-key' })).status).toBe(403);
  });

  it('takes old events as backfill, marked in the log', async () => {
    const old = event({ time: '2015-05-17T10:05:03Z' });
    const given = { key: 'billing-key', query: '?backfill=true' };
    expect((await gateway.postJson(old, given)).json.accepted).toBe(1);
    const marks = (await gateway.envelopes()).flatMap(({ columns, backfill }) =>
      columns.id.kind === 'text' && columns.id.values.includes(old.id) ? [backfill] : [],
    );
    expect(marks).toEqual([true]);
  });

  it.each(['?backfill=1', '?backfill=true&backfill=true', '?fast=true', '?__proto__=1'])(
    'refuses the query %s',
    async (query) => {
      const answer = await gateway.postJson(event(), { query, key: 'billing-key' });
      expect(answer).toMatchObject({ status: 400, json: { code: 'ingest/invalid-parameter' } });
    },
  );

  it("takes an event's tenant from the key", async () => {
    const one = event({ tenant: 'acme' });
    await gateway.postJson(one, { key: 'other-key' });
    const stored = (await gateway.events()).find(({ id }) => id === one.id);
    expect(stored?.tenant).toBe('umbrella');
  });
});

describe('bodies that cannot be read', () => {
  const unreadable = 'ingest/unreadable-body';
  it.each<[string, string | Uint8Array | null, string]>([
    ['nothing', '', unreadable],
    ['no JSON', 'header-only garbage', unreadable],
    ['half an array', '[{"id":"x"},', unreadable],
    ['a number', '42', unreadable],
    ['null', 'null', unreadable],
    ['invalid UTF-8', Buffer.from([0x5b, 0x22, 0xc3, 0x28, 0x22, 0x5d]), unreadable],
    ['UTF-16', Buffer.from('[]', 'utf16le'), unreadable],
  ])('answers 400 to %s', async (_, body, code) => {
    const answer = await gateway.post(body);
    expect(answer).toMatchObject({ status: 400, json: { code } });
  });

  it.each([
    ['garbage', Buffer.from('garbage that is no msgpack')],
    ['a torn body', columnar([event(), event()]).subarray(0, 60)],
    ['nothing', new Uint8Array(0)],
  ])('answers 400 to columns that are %s', async (_, body) => {
    expect((await gateway.post(body, { type: columnsContentType })).status).toBe(400);
  });

  it('answers 400 to broken compression', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect((await gateway.post('no gzip at all', { headers })).status).toBe(400);
    const brotli = await gateway.post('x', { headers: { 'content-encoding': 'br' } });
    expect(brotli).toMatchObject({ status: 415, json: { code: 'ingest/unsupported-encoding' } });
  });

  it('answers 413 to a gzip bomb, and stays up', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, '['));
    const answer = await gateway.post(bomb, { headers: { 'content-encoding': 'gzip' } });
    expect(answer).toMatchObject({ status: 413, json: { code: 'ingest/body-too-large' } });
    expect((await gateway.postJson(event())).status).toBe(200);
  });

  it('answers 413 above 8 MiB', async () => {
    const answer = await gateway.post(`["${'x'.repeat(8 * 1024 * 1024)}"]`);
    expect(answer).toMatchObject({ status: 413, json: { code: 'ingest/body-too-large' } });
  });

  it('answers 413 to 10,001 events and keeps none, in every format', async () => {
    const id = `many-${(nextId += 1)}`;
    const many = Array.from({ length: 10_001 }, () => event({ id, data: {} }));
    const bodies: [string, string | Uint8Array][] = [
      ['application/json', JSON.stringify(many)],
      ['application/x-ndjson', many.map((each) => JSON.stringify(each)).join('\n')],
      [columnsContentType, columnar(many)],
    ];
    for (const [type, body] of bodies) {
      const answer = await gateway.post(body, { type });
      expect(answer).toMatchObject({ status: 413, json: { code: 'ingest/too-many-events' } });
    }
    expect(await logged([id])).toEqual([]);
  });

  it('takes 10,000 events', async () => {
    const id = `most-${(nextId += 1)}`;
    const most = Array.from({ length: 10_000 }, () => event({ id, data: {} }));
    expect((await gateway.postJson(most)).json.accepted).toBe(10_000);
    expect(await logged([id])).toHaveLength(10_000);
  });

  it('survives what is not even HTTP', async () => {
    const { hostname, port } = new URL(gateway.url);
    const received = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.write('\0\0garbage\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(received).toMatch(/^HTTP\/1\.1 400 |^$/);
    expect((await gateway.postJson(event())).status).toBe(200);
  });
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
    expect(await logged([first.id, last.id])).toHaveLength(2);
  });

  it.each<[string, Record<string, unknown>]>([
    ['the last instant of the window', { time: '2026-01-31T12:05:00Z' }],
    ['the first instant of the window', { time: '2025-12-27T12:00:00Z' }],
    ['a number in a string', { data: { bytes: '-12345678901234567890.123456789012345678' } }],
    ['a metered property that is absent', { data: {} }],
    ['no data', { data: undefined }],
    ['the same property of an unmetered type', { type: 'other', data: { bytes: 'many' } }],
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
    expect(await logged([one.id])).toHaveLength(3);
  });

  it('answers 200 when all events are rejected', async () => {
    const answer = await gateway.postJson([{}, {}]);
    expect(answer.status).toBe(200);
    expect(answer.json.accepted).toBe(0);
    expect(answer.json.rejected?.map(({ index }) => index)).toEqual([0, 1]);
  });
});

describe('the log behind it', () => {
  it('holds every event in the partition of its subject, in envelopes without a gap', async () => {
    const envelopes = await gateway.envelopes();
    for (const { columns, partition } of envelopes) {
      for (const subject of columns.subject.dictionary) {
        expect(columns.tenant.dictionary).toHaveLength(1);
        expect(partitionOf(columns.tenant.dictionary[0]!, subject, 4)).toBe(partition);
      }
    }
    for (let partition = 0; partition < 4; partition += 1) {
      const marks = envelopes
        .filter((each) => each.partition === partition)
        .map(({ gateway: mark }) => mark);
      const sequences = marks.map(({ sequence }) => sequence);
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
      expect(marks.every(({ sequence, ackedThrough }) => ackedThrough < sequence)).toBe(true);
    }
  });

  it('shows what it did in its metrics', async () => {
    const { text } = await gateway.metrics.expose();
    expect(text).toMatch(/tidemark_gateway_events_received_total\{format="columnar"\} \d/);
    expect(text).toMatch(/tidemark_gateway_events_accepted_total\{backfill="true"\} 1\n/);
    expect(text).toMatch(
      /tidemark_gateway_events_rejected_total\{code="ingest\/event-too-old"\} \d/,
    );
    expect(text).toMatch(
      /tidemark_gateway_requests_refused_total\{code="ingest\/unauthorized"\} 2\n/,
    );
    expect(text).toMatch(/tidemark_gateway_in_flight_bytes 0\n/);
    expect(text).toMatch(/tidemark_gateway_sequence\{partition="0"\} [1-9]/);
    expect(text).toMatch(/tidemark_gateway_envelopes_total\{outcome="acknowledged"\} [1-9]/);
  });
});

describe('a log that fails', () => {
  it('answers 503 with Retry-After, and the same events sent again are kept', async () => {
    let faulty: FaultyAppend | undefined;
    const failing = await GatewayUnderTest.start({
      through: (log) => (faulty = new FaultyAppend(log)),
      limits: { repeatDelayMinMs: 1 },
    });
    faulty!.failures = 1;
    faulty!.failuresLand = true;
    const one = event();
    const answer = await failing.postJson(one);
    expect(answer).toMatchObject({ status: 503, json: { code: 'ingest/log-unavailable' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(JSON.stringify(answer.json)).not.toContain('voice');
    let again = await failing.postJson(one);
    while (again.status === 503) again = await failing.postJson(one);
    expect(again.json.accepted).toBe(1);
    const ids = (await failing.events()).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set([one.id]));
    const { text } = await failing.metrics.expose();
    expect(text).toMatch(/tidemark_gateway_envelopes_total\{outcome="unknown"\} 1\n/);
    await failing.stop();
  });

  it('refuses requests at once while too much is in flight', async () => {
    const gate = Promise.withResolvers<undefined>();
    const entered = Promise.withResolvers<undefined>();
    const busy = await GatewayUnderTest.start({
      limits: { bytesInFlightMax: 10, lingerIdleMs: 0 },
      through: (log) => {
        const faulty = new FaultyAppend(log);
        faulty.hold(gate.promise);
        return {
          partitionCount: log.partitionCount,
          append: (records) => {
            entered.resolve(undefined);
            return faulty.append(records);
          },
        };
      },
    });
    const first = busy.postJson(event());
    await entered.promise;
    const refused = await busy.postJson(event());
    expect(refused).toMatchObject({ status: 503, json: { code: 'ingest/overloaded' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    gate.resolve(undefined);
    expect((await first).status).toBe(200);
    await busy.stop();
  });

  it('stops in the middle of requests without losing what it acknowledged', async () => {
    const gate = Promise.withResolvers<undefined>();
    const entered = Promise.withResolvers<undefined>();
    const stopping = await GatewayUnderTest.start({
      limits: { lingerIdleMs: 0 },
      through: (log) => {
        const faulty = new FaultyAppend(log);
        faulty.hold(gate.promise);
        return {
          partitionCount: log.partitionCount,
          append: (records) => {
            entered.resolve(undefined);
            return faulty.append(records);
          },
        };
      },
    });
    const events = Array.from({ length: 20 }, () => event());
    const running = Promise.all(events.map((each) => stopping.postJson(each)));
    await entered.promise;
    const stopped = stopping.publisher.stop(5000);
    const refused = await stopping.postJson(event());
    expect(refused).toMatchObject({ status: 503, json: { code: 'ingest/shutting-down' } });
    expect(refused.headers.get('connection')).toBe('close');
    gate.resolve(undefined);
    const answers = await running;
    expect(await stopped).toEqual({ kind: 'drained' });
    const acknowledged = events.filter((_, index) => answers[index]?.status === 200);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    const ids = new Set((await stopping.events()).map(({ id }) => id));
    expect(acknowledged.filter(({ id }) => !ids.has(id))).toEqual([]);
    await stopping.stop();
  });
});
