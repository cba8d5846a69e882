/** What operators and orchestrators ask of a process: alive, ready (with the state of each dependency), metrics. */
import type { FastifyInstance } from 'fastify';
import { isAppError } from '../errors/index.ts';
import type { Metrics } from '../metrics/index.ts';

/** Resolves when the dependency can do its work, rejects otherwise. Called at every `/readyz`, so it must be cheap. */
export type ReadinessCheck = () => Promise<void>;

export interface OperationsOptions {
  readonly metrics: Metrics;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly checkTimeoutMs: number;
}

type CheckState = { readonly status: 'ok' } | { readonly status: 'failed'; readonly code: string };

export function registerOperationsRoutes(app: FastifyInstance, options: OperationsOptions): void {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const checks = await runChecks(options);
    const ready = Object.values(checks).every((check) => check.status === 'ok');
    if (!ready) void reply.code(503).header('retry-after', '1');
    return { status: ready ? 'ready' : 'not-ready', checks };
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await options.metrics.expose();
    return reply.header('content-type', contentType).send(text);
  });
}

async function runChecks(options: OperationsOptions): Promise<Record<string, CheckState>> {
  const entries = Object.entries(options.checks).map(async ([name, check]) => {
    const state = await runCheck(check, options.checkTimeoutMs);
    return [name, state] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function runCheck(check: ReadinessCheck, timeoutMs: number): Promise<CheckState> {
  const { promise: timedOut, resolve } = Promise.withResolvers<CheckState>();
  const timer = setTimeout(
    () => resolve({ status: 'failed', code: 'platform/check-timeout' }),
    timeoutMs,
  );
  try {
    const checked = check().then((): CheckState => ({ status: 'ok' }));
    return await Promise.race([checked, timedOut]);
  } catch (error) {
    // The code only: messages may name hosts.
    return { status: 'failed', code: isAppError(error) ? error.code : 'platform/check-failed' };
  } finally {
    clearTimeout(timer);
  }
}
