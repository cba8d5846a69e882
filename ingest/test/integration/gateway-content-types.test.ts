import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parseInstant } from '@tidemark/platform/clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsContentType } from '../../src/contract/columns-codec.ts';
import { GatewayUnderTest, nowText } from '../fakes/gateway-under-test.ts';
import { cloudEvent, columnar, event } from '../fakes/sent-events.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});

afterAll(async () => {
  await gateway.stop();
});

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
    expect(await gateway.logged(events.map(({ id }) => id))).toHaveLength(3);
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
    const id = 'binary-1';
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
    expect(await gateway.logged([first.id, second.id])).toHaveLength(2);
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
      event({ data: { operation: 'remove' } }),
      event({ data: { operation: 'GET' } }),
      event({ type: 'other', data: { operation: 'GET' } }),
      event({ data: { operation: null } }),
      event({ data: { operation: ['add'] } }),
    ];
    const answer = await gateway.post(columnar(events), { type: columnsContentType });
    expect(answer.json).toMatchObject({
      accepted: 6,
      rejected: [
        { index: 1, id: events[1]?.id, code: 'ingest/value-not-a-number' },
        { index: 2, id: events[2]?.id, code: 'ingest/event-too-old' },
        { index: 5, id: events[5]?.id, code: 'ingest/value-not-a-number' },
        { index: 6, id: events[6]?.id, code: 'ingest/value-not-a-number' },
        { index: 8, id: events[8]?.id, code: 'ingest/unknown-operation' },
        { index: 11, id: events[11]?.id, code: 'ingest/unknown-operation' },
      ],
    });
    expect(await gateway.logged(events.map(({ id }) => id))).toEqual(
      [0, 3, 4, 7, 9, 10].map((index) => events[index]?.id).sort(),
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
