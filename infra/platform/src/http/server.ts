/**
 * The HTTP server that the gateway, the API and every role share: limits, request ids, content decoding, problem+json
 * for every error, and the operations routes. Packages register their routes on the instance it returns.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.ts';
import type { Logger } from '../log/index.ts';
import type { Metrics } from '../metrics/index.ts';
import { decodeBody } from './content-decoding.ts';
import { KnownPaths } from './known-paths.ts';
import { registerOperationsRoutes } from './operations-routes.ts';
import type { ReadinessCheck } from './operations-routes.ts';
import { problemContentType, toProblem } from './problem.ts';

export interface HttpServerOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Dependencies shown by `/readyz`, by name. */
  readonly checks?: Readonly<Record<string, ReadinessCheck>>;
  /** Most bytes of a body, as received and after inflation; default 8 MiB. */
  readonly bodyLimitBytes?: number;
  /** Largest ratio of inflated to received bytes, above 1 MiB inflated; default 250. */
  readonly inflationRatioMax?: number;
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  readonly keepAliveTimeoutMs?: number;
  readonly checkTimeoutMs?: number;
  /** Whether `X-Forwarded-*` of the peer is believed; default false. */
  readonly trustProxy?: boolean;
}

const mebibyte = 1024 * 1024;
const bodyLimitBytesDefault = 8 * mebibyte;
// A subject or an event id may be 256 bytes of UTF-8, three characters a byte when it is percent-encoded.
const routeParameterLengthMax = 1024;

/** Creates the server; it does not listen yet (`await app.listen({ host, port })`). Close it with `closeHttpServer`. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const app = fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(),
    bodyLimit: options.bodyLimitBytes ?? bodyLimitBytesDefault,
    requestTimeout: options.requestTimeoutMs ?? 60_000,
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 72_000,
    http: { headersTimeout: options.headersTimeoutMs ?? 10_000 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: options.trustProxy ?? false,
    routerOptions: { maxParamLength: routeParameterLengthMax },
    clientErrorHandler: answerBrokenFraming,
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply);
    },
  });
  const knownPaths = new KnownPaths();
  app.addHook('onRoute', (route) => {
    knownPaths.add(route.url, typeof route.method === 'string' ? [route.method] : route.method);
  });
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    answerUnknownRoute(knownPaths, request, reply);
  });
  // Hooks that wait for nothing take a callback: a promise each would cost a request more than what they do.
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  addContentDecoding(app, options);
  addRequestMetrics(app, options.metrics);
  registerOperationsRoutes(app, {
    metrics: options.metrics,
    checks: options.checks ?? {},
    checkTimeoutMs: options.checkTimeoutMs ?? 2000,
  });
  return app;
}

/**
 * Stops accepting, lets running requests finish for at most `deadlineMs`, then cuts what is left. Resolves when the
 * server is closed.
 */
export async function closeHttpServer(app: FastifyInstance, deadlineMs = 10_000): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), deadlineMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}

const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** A caller's own `X-Request-Id` when it is harmless, else a process-unique one. */
function requestIds(): (request: { readonly headers: NodeJS.Dict<string | string[]> }) => string {
  const prefix = randomBytes(6).toString('hex');
  let sequence = 0;
  return (request) => {
    const given = request.headers['x-request-id'];
    if (typeof given === 'string' && requestIdPattern.test(given)) return given;
    sequence += 1;
    return `${prefix}-${sequence.toString(36)}`;
  };
}

function addContentDecoding(app: FastifyInstance, options: HttpServerOptions): void {
  const limits = {
    decodedBytesMax: options.bodyLimitBytes ?? bodyLimitBytesDefault,
    ratioMax: options.inflationRatioMax ?? 250,
    ratioFloorBytes: mebibyte,
  };
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined) {
      done(null, payload);
      return;
    }
    // A route may take larger or smaller bodies than the server.
    const decodedBytesMax = request.routeOptions.bodyLimit;
    let decoded: typeof payload;
    try {
      decoded = decodeBody(payload, encoding, { ...limits, decodedBytesMax }) ?? payload;
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, decoded);
  });
}

function addRequestMetrics(app: FastifyInstance, metrics: Metrics): void {
  const durations = metrics.histogram({
    name: 'tidemark_http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer.',
    labelNames: ['method', 'route', 'status'],
  });
  app.addHook('onResponse', (request, reply, done) => {
    // The route's pattern, never the address itself: labels must stay few.
    const route = request.routeOptions.url ?? 'none';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    durations.observe(labels, reply.elapsedTime / 1000);
    request.log.debug({ ...labels, milliseconds: reply.elapsedTime }, 'request');
    done();
  });
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { problem, retryAfterSeconds } = toProblem(error, request.id);
  if (problem.status >= 500) {
    const level = problem.status === 503 ? 'warn' : 'error';
    request.log[level]({ err: error, code: problem.code, url: request.routeOptions.url }, 'failed');
  }
  if (retryAfterSeconds !== undefined && !reply.hasHeader('retry-after')) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterSeconds))));
  }
  // The rest of a body that was refused midway will not be read.
  if (problem.status === 413) void reply.header('connection', 'close');
  void reply
    .code(problem.status)
    .header('content-type', problemContentType)
    .header('x-request-id', request.id)
    .serializer(JSON.stringify)
    .send(problem);
}

function answerUnknownRoute(known: KnownPaths, request: FastifyRequest, reply: FastifyReply): void {
  const allowed = known.allowedMethods(request.url);
  if (allowed.length === 0) {
    const error = new AppError(
      'not-found',
      'platform/not-found',
      'There is nothing at this address.',
    );
    sendProblem(error, request, reply);
    return;
  }
  void reply.header('allow', allowed.join(', '));
  const error = new AppError(
    'invalid-input',
    'platform/method-not-allowed',
    'This address does not take this method.',
    { httpStatus: 405 },
  );
  sendProblem(error, request, reply);
}

const framingProblems: Readonly<Record<string, { status: number; code: string; title: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'platform/request-timeout',
    title: 'Request Timeout',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'platform/headers-too-large',
    title: 'Request Header Fields Too Large',
  },
};

/** Broken HTTP framing never reaches a route: a small problem is written to the socket, which is then closed. */
function answerBrokenFraming(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, code, title } = framingProblems[error.code ?? ''] ?? {
    status: 400,
    code: 'platform/request-unreadable',
    title: 'Bad Request',
  };
  const detail = 'The request cannot be read.';
  const type = `urn:tidemark:error:${code}`;
  // No request was read, so none has an id yet; this one is for the reader to quote.
  const requestId = randomBytes(6).toString('hex');
  const body = JSON.stringify({ type, title, status, code, detail, errors: [], requestId });
  if (socket.writable) {
    const head = `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${problemContentType}\r\n`;
    socket.write(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  }
  socket.destroySoon();
}
