import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { silentLogger } from '../log/index.ts';
import { createMetrics } from '../metrics/index.ts';
import { closeHttpServer, createHttpServer } from './server.ts';
import type { HttpServerOptions } from './server.ts';

const open: FastifyInstance[] = [];

function server(options: Partial<HttpServerOptions> = {}): FastifyInstance {
  const metrics = createMetrics({ processMetrics: false });
  const app = createHttpServer({ log: silentLogger, metrics, ...options });
  app.post('/echo', (request) => ({ length: JSON.stringify(request.body).length }));
  app.get('/v1/meters/:key', () => ({}));
  open.push(app);
  return app;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => closeHttpServer(app, 100)));
});

function throwing(error: unknown): FastifyInstance {
  const app = server();
  app.get('/fails', () => {
    throw error;
  });
  return app;
}

describe('error answers', () => {
  it('turns an AppError into a problem with its code, errors and the request id', async () => {
    const app = throwing(
      new AppError('conflict', 'api/meter-exists', 'The meter exists.', {
        errors: [{ path: 'key', message: 'is taken' }],
      }),
    );
    const answer = await app.inject({ url: '/fails', headers: { 'x-request-id': 'abc-1' } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['x-request-id']).toBe('abc-1');
    expect(answer.json()).toEqual({
      type: 'urn:tidemark:error:api/meter-exists',
      title: 'Conflict',
      status: 409,
      code: 'api/meter-exists',
      detail: 'The meter exists.',
      errors: [{ path: 'key', message: 'is taken' }],
      requestId: 'abc-1',
    });
  });

  it.each([
    ['invalid-input', 400],
    ['unauthorized', 401],
    ['forbidden', 403],
    ['not-found', 404],
    ['conflict', 409],
    ['invariant', 500],
    ['unavailable', 503],
    ['overloaded', 503],
  ] as const)('answers %s with %i', async (kind, status) => {
    const answer = await throwing(new AppError(kind, 'a/b', 'text')).inject('/fails');
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });

  it('lets an error name a closer status and its own Retry-After', async () => {
    const error = new AppError('overloaded', 'ingest/quota', 'Too many events.', {
      httpStatus: 429,
      retryAfterSeconds: 2.2,
    });
    const answer = await throwing(error).inject('/fails');
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['retry-after']).toBe('3');
  });

  it('hides messages, stacks and causes of our own faults', async () => {
    const cause = new Error('SELECT secret FROM /var/lib/data');
    for (const thrown of [cause, new AppError('invariant', 'a/b', 'table x', { cause }), 'text']) {
      const answer = await throwing(thrown).inject('/fails');
      expect(answer.statusCode).toBe(500);
      expect(answer.body).not.toMatch(/secret|table x|stack|node_modules|\.ts/);
    }
  });

  it('answers 404 for an unknown path and 405 with Allow for another method', async () => {
    const app = server();
    expect((await app.inject('/nothing')).json()).toMatchObject({ status: 404 });
    const answer = await app.inject({ method: 'DELETE', url: '/v1/meters/a%20b?x=1' });
    expect(answer.json()).toMatchObject({ status: 405, code: 'platform/method-not-allowed' });
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  it('answers 404 in prefixed plugins too', async () => {
    const app = server();
    app.register(
      (scope, _options, done) => {
        scope.get('/things/:id', () => ({}));
        done();
      },
      { prefix: '/v2' },
    );
    expect((await app.inject({ method: 'PUT', url: '/v2/things/1' })).statusCode).toBe(405);
    expect((await app.inject('/v2/other')).statusCode).toBe(404);
  });

  it('gives a body that fails its schema 422 with JSON paths, a parameter 400', async () => {
    const app = server();
    const schema = {
      body: {
        type: 'object',
        properties: { tiers: { type: 'array', items: { type: 'object', required: ['upTo'] } } },
      },
      querystring: { type: 'object', properties: { limit: { type: 'integer' } } },
    };
    app.post('/typed', { schema }, () => ({}));
    const body = await app.inject({ method: 'POST', url: '/typed', payload: { tiers: [{}] } });
    expect(body.json()).toMatchObject({ status: 422, errors: [{ path: 'tiers[0]' }] });
    const query = await app.inject({ method: 'POST', url: '/typed?limit=x', payload: {} });
    expect(query.json()).toMatchObject({ status: 400, errors: [{ path: 'limit' }] });
  });

  it('answers broken JSON, an empty body, an unknown type and a bad URL with problems', async () => {
    const app = server();
    const post = (payload: string, type = 'application/json') =>
      app.inject({ method: 'POST', url: '/echo', payload, headers: { 'content-type': type } });
    expect((await post('{')).json()).toMatchObject({
      status: 400,
      code: 'platform/body-unreadable',
    });
    expect((await post('')).json()).toMatchObject({
      status: 400,
      code: 'platform/body-unreadable',
    });
    expect((await post('{"__proto__":1}')).json()).toMatchObject({ status: 400 });
    expect((await post('a=b', 'application/x-www-form-urlencoded')).json()).toMatchObject({
      status: 415,
      code: 'platform/unsupported-media-type',
    });
    expect((await app.inject('/v1/meters/%zz')).json()).toMatchObject({ status: 400 });
  });
});

describe('bodies', () => {
  const json = { 'content-type': 'application/json' };
  const text = JSON.stringify({ a: 'x'.repeat(1000) });

  it.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('inflates %s', async (encoding, payload) => {
    const headers = { ...json, 'content-encoding': encoding };
    const answer = await server().inject({ method: 'POST', url: '/echo', payload, headers });
    expect(answer.json()).toEqual({ length: text.length });
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('cuts a %s bomb off at the limit', async (encoding, compress) => {
    const app = server({ bodyLimitBytes: 100_000, inflationRatioMax: 1_000_000 });
    const payload = compress(Buffer.from(JSON.stringify('x'.repeat(50_000_000))));
    const headers = { ...json, 'content-encoding': encoding };
    const answer = await app.inject({ method: 'POST', url: '/echo', payload, headers });
    expect(answer.json()).toMatchObject({ status: 413, code: 'platform/body-too-large' });
  });

  it('refuses a suspicious ratio below the limit', async () => {
    const payload = gzipSync(JSON.stringify('x'.repeat(4_000_000)));
    const headers = { ...json, 'content-encoding': 'gzip' };
    const answer = await server().inject({ method: 'POST', url: '/echo', payload, headers });
    expect(answer.statusCode).toBe(413);
  });

  it('refuses plain bodies over the limit, broken data and unknown encodings', async () => {
    const app = server({ bodyLimitBytes: 100 });
    const post = (payload: Buffer | string, encoding?: string) =>
      app.inject({
        method: 'POST',
        url: '/echo',
        payload,
        headers: { ...json, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) },
      });
    expect((await post(text)).statusCode).toBe(413);
    expect((await post('no gzip', 'gzip')).json()).toMatchObject({
      status: 400,
      code: 'platform/body-unreadable',
    });
    expect((await post(gzipSync('{}').subarray(0, 12), 'gzip')).statusCode).toBe(400);
    expect((await post('{}', 'br')).json()).toMatchObject({ status: 415 });
    expect((await post('{}', 'gzip, gzip')).statusCode).toBe(415);
    expect((await post('{}', 'identity')).statusCode).toBe(200);
  });

  it('delivers the 413 over a real socket', async () => {
    const app = server({ bodyLimitBytes: 10_000 });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${url}/echo`, {
      method: 'POST',
      headers: { ...json, 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify('x'.repeat(5_000_000))),
    });
    expect(answer.status).toBe(413);
  });
});

describe('operations', () => {
  it('is alive while a dependency is down, and says which one', async () => {
    const app = server({
      checkTimeoutMs: 10,
      checks: {
        log: () => Promise.resolve(),
        store: () => Promise.reject(new AppError('unavailable', 'platform/store', 'host 10.0.0.1')),
        slow: () => new Promise(() => undefined),
      },
    });
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    const answer = await app.inject('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({
      status: 'not-ready',
      checks: {
        log: { status: 'ok' },
        store: { status: 'failed', code: 'platform/store' },
        slow: { status: 'failed', code: 'platform/check-timeout' },
      },
    });
  });

  it('counts requests by route pattern, not by address', async () => {
    const app = server();
    await app.inject('/v1/meters/secret-name');
    const { body, headers } = await app.inject('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('route="/v1/meters/:key"');
    expect(body).not.toContain('secret-name');
  });
});

describe('sockets', () => {
  async function raw(app: FastifyInstance, text: string): Promise<string> {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.end(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  }

  it('answers broken framing and oversized headers with a problem and closes', async () => {
    expect(await raw(server(), 'NONSENSE\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 .*platform\/request-unreadable/s,
    );
    const large = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`;
    expect(await raw(server(), large)).toMatch(
      /^HTTP\/1.1 431 .*platform\/headers-too-large.*"requestId":"[0-9a-f]+"/s,
    );
  });

  it('finishes running requests when it closes', async () => {
    const app = server();
    const entered = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    app.get('/slow', async () => {
      entered.resolve(undefined);
      await release.promise;
      return { done: true };
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const answer = fetch(`${url}/slow`);
    await entered.promise;
    const closed = closeHttpServer(app, 5000);
    release.resolve(undefined);
    expect(await (await answer).json()).toEqual({ done: true });
    await closed;
  });
});
