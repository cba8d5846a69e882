/**
 * `POST /v1/events`. The steps, in order: refuse when stopping, verify the key, read the query, pick the format, refuse
 * under back-pressure (all before the body is read); then read and judge the events, publish the accepted ones, and
 * answer per event once the log has acknowledged them.
 */
import type { Clock } from '@tidemark/platform/clock';
import { AppError } from '@tidemark/platform/errors';
import { failpoint } from '@tidemark/platform/failpoint';
import { toProblem } from '@tidemark/platform/http';
import type { Metrics } from '@tidemark/platform/metrics';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { batchLimits } from '../contract/limits.ts';
import type { ProblemCode } from '../contract/problem-codes.ts';
import type { IngestAnswer } from '../contract/usage-event.ts';
import { checkScope, readBackfill, verifyBearer } from './authorize.ts';
import { selectFormat } from './formats/event-formats.ts';
import type { EventFormat } from './formats/event-formats.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { EventTypeRules, KeyVerifier } from './ports.ts';
import type { EventPublisher } from './publisher/event-publisher.ts';
import { unreadableBody } from './read-events.ts';
import type { ReadEvents } from './read-events.ts';

export interface GatewayDependencies {
  readonly keys: KeyVerifier;
  readonly rules: EventTypeRules;
  readonly publisher: EventPublisher;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** What is known of a request before its body is read. */
interface Admission {
  readonly tenant: string;
  readonly backfill: boolean;
  readonly format: EventFormat;
}

/**
 * Adds the route to a server of `@tidemark/platform/http`. To stop: `publisher.stop(deadlineMs)`, which makes the route
 * answer 503 and close connections, then `closeHttpServer`.
 */
export function registerGateway(app: FastifyInstance, dependencies: GatewayDependencies): void {
  const metrics = createGatewayMetrics(dependencies.metrics);
  // A scope of its own: body parsers and hooks do not touch the other routes of the server.
  void app.register((scope, _options, done) => {
    const admissions = new WeakMap<FastifyRequest, Admission>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    scope.setErrorHandler((error, request, reply) => {
      closeWhenStopping(reply, dependencies.publisher);
      throw refuse(error, request.id, metrics);
    });
    scope.post('/v1/events', {
      bodyLimit: batchLimits.requestBytesMax,
      onRequest: async (request, reply) => {
        admissions.set(request, await admit(request, reply, dependencies));
      },
      handler: async (request, reply) => {
        const admission = admissions.get(request);
        if (admission === undefined) throw unreadableBody('The request was not admitted.');
        const answer = await ingest(request, admission, { ...dependencies, counters: metrics });
        closeWhenStopping(reply, dependencies.publisher);
        return answer;
      },
    });
    done();
  });
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  { keys, publisher }: GatewayDependencies,
): Promise<Admission> {
  const stopping = publisher.isStopping ? publisher.refusal() : undefined;
  if (stopping !== undefined) throw stopping;
  const key = await verifyBearer(request.headers.authorization, keys).catch((error: unknown) => {
    void reply.header('www-authenticate', 'Bearer');
    throw error;
  });
  const backfill = readBackfill(request.query);
  checkScope(key, backfill);
  const format = selectFormat(request.headers);
  const refusal = publisher.refusal();
  if (refusal !== undefined) throw refusal;
  return { tenant: key.tenant, backfill, format };
}

async function ingest(
  request: FastifyRequest,
  { tenant, backfill, format }: Admission,
  given: GatewayDependencies & { readonly counters: GatewayMetrics },
): Promise<IngestAnswer> {
  const { rules, clock, publisher, counters } = given;
  const { body } = request;
  if (!(body instanceof Buffer) || body.length === 0) throw unreadableBody('The body is empty.');
  const read = format.read(body, request.headers, { tenant, backfill, now: clock.now(), rules });
  const accepted = read.accepted.length;
  counters.received.inc({ format: format.name }, accepted + read.rejected.length);
  if (accepted > 0) await publish(read, { backfill, bytes: body.length }, publisher);
  failpoint('gateway/before-answer');
  counters.accepted.inc({ backfill: String(backfill) }, accepted);
  countRejected(read, counters);
  return { accepted, rejected: read.rejected };
}

/** So that a client's next request goes to another gateway. */
function closeWhenStopping(reply: FastifyReply, publisher: EventPublisher): void {
  if (publisher.isStopping) void reply.header('connection', 'close');
}

function publish(
  read: ReadEvents,
  given: { readonly backfill: boolean; readonly bytes: number },
  publisher: EventPublisher,
): Promise<void> {
  if (read.kind === 'events') {
    return publisher.publish({ kind: 'events', events: read.accepted, ...given });
  }
  if (read.kind === 'plain') {
    return publisher.publish({ kind: 'plain', events: read.accepted, ...given });
  }
  return publisher.publish({
    kind: 'columns',
    columns: read.columns,
    rows: read.accepted,
    ...given,
  });
}

function countRejected({ rejected }: ReadEvents, { rejected: counter }: GatewayMetrics): void {
  const counts = new Map<string, number>();
  for (const { code } of rejected) counts.set(code, (counts.get(code) ?? 0) + 1);
  for (const [code, count] of counts) counter.inc({ code }, count);
}

/** Problems of the shared server that have a code of their own in the contract of events. */
const codeInContract: Readonly<Record<string, ProblemCode>> = {
  'platform/body-too-large': 'ingest/body-too-large',
  'platform/body-unreadable': 'ingest/unreadable-body',
  'platform/unsupported-content-encoding': 'ingest/unsupported-encoding',
};

/** Counts a request that failed as a whole, and names the failure as the contract does; the server answers it. */
function refuse(thrown: unknown, requestId: string, { refused }: GatewayMetrics): unknown {
  const { problem } = toProblem(thrown, requestId);
  const code = codeInContract[problem.code];
  refused.inc({ code: code ?? problem.code });
  if (code === undefined) return thrown;
  const { status, detail } = problem;
  return new AppError('invalid-input', code, detail, {
    ...(status === 413 || status === 415 ? { httpStatus: status } : {}),
    cause: thrown,
  });
}
