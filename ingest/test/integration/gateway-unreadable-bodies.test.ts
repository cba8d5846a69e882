import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsContentType } from '../../src/contract/columns-codec.ts';
import { GatewayUnderTest } from '../fakes/gateway-under-test.ts';
import { columnar, event } from '../fakes/sent-events.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});

afterAll(async () => {
  await gateway.stop();
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
    const id = 'many-1';
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
    expect(await gateway.logged([id])).toEqual([]);
  });

  it('takes 10,000 events', async () => {
    const id = 'most-1';
    const most = Array.from({ length: 10_000 }, () => event({ id, data: {} }));
    expect((await gateway.postJson(most)).json.accepted).toBe(10_000);
    expect(await gateway.logged([id])).toHaveLength(10_000);
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
