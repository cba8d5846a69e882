/** The gateway as production runs it, over any log: one tenant, one key, the meters of the benchmarks' catalog. */
import type { Server } from 'node:http';
import { createEventPublisher, registerGateway } from '@tidemark/ingest/gateway';
import type { EventLog } from '@tidemark/ingest/log';
import { systemClock } from '@tidemark/platform/clock';
import { closeHttpServer, createHttpServer } from '@tidemark/platform/http';
import { silentLogger } from '@tidemark/platform/log';
import { createMetrics } from '@tidemark/platform/metrics';
import { keys, tenant } from '../workload/catalog.ts';

export interface RunningGateway {
  readonly port: number;
  /** Drains, so that nothing is on its way into the log any more. */
  stop(): Promise<void>;
}

export const bearer = `tm_test_${tenant}`;
const drainMs = 10_000;

export async function startGateway(
  log: Pick<EventLog, 'append' | 'partitionCount'>,
): Promise<RunningGateway> {
  const metrics = createMetrics({ role: 'gateway' });
  const app = createHttpServer({ log: silentLogger, metrics });
  const publisher = createEventPublisher({ log, keys, metrics, logger: silentLogger });
  const key = { kind: 'ok', tenant, keyId: 'bench', scopes: new Set(['ingest'] as const) } as const;
  const values = { numbers: new Set(['amount']), operations: new Set<string>() };
  const window = { past: 35 * 86_400_000_000, future: 300_000_000 };
  registerGateway(app, {
    keys: { verify: () => Promise.resolve(key) },
    rules: { valueRules: () => values, acceptanceWindow: () => window },
    publisher,
    clock: systemClock,
    metrics,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    port: portOf(app.server),
    stop: async () => {
      await publisher.stop(drainMs);
      await closeHttpServer(app);
    },
  };
}

export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return address.port;
}
