/**
 * Entry of the forked child: takes its settings by message, serves until it is told to stop, and dies with its parent,
 * however that one dies. An engine whose parent is gone would hold the data directory for ever.
 */
import { createLogger } from '../../log/index.ts';
import { toAppError } from '../../errors/index.ts';
import type { FromHost, ToHost } from './protocol.ts';
import { serveClickHouse } from './serve.ts';
import type { ServedClickHouse } from './serve.ts';

let served: Promise<ServedClickHouse> | undefined;

// The kernel closes the channel when the parent ends. SIGKILL: a normal exit would wait for a running query, and
// nothing that was acknowledged is lost by it.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C goes to the whole process group; the parent decides when the store stops.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => void stop());
process.on('message', (message: ToHost) => {
  if (message.kind === 'stop') void stop();
  else void start(message.settings);
});

async function start(settings: Extract<ToHost, { kind: 'start' }>['settings']): Promise<void> {
  const { logLevel, ...rest } = settings;
  const log = createLogger({ name: 'clickhouse-host', level: logLevel });
  served = serveClickHouse({ ...rest, log });
  try {
    send({ kind: 'ready', url: (await served).url });
  } catch (error) {
    const { code, message } = toAppError(error);
    send({ kind: 'failed', error: { code, message } }, () => process.exit(1));
  }
}

async function stop(): Promise<void> {
  await (await served)?.stop();
  process.exit(0);
}

function send(message: FromHost, sent?: () => void): void {
  process.send?.(message, undefined, {}, sent);
}
