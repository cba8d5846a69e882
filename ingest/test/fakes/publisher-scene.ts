/** A publisher over a log and a scheduler that the test drives, its envelopes readable as JSON. */
import { createMetrics } from '@tidemark/platform/metrics';
import { idAt } from '../../src/contract/canonical-data.ts';
import type { GatewayMark } from '../../src/contract/log-message.ts';
import type { AcceptedEvent } from '../../src/contract/usage-event.ts';
import { BatchingEventPublisher } from '../../src/gateway/publisher/event-publisher.ts';
import type { PublisherLimits } from '../../src/gateway/publisher/event-publisher.ts';
import type { LogAppend } from '../../src/log/event-log.ts';
import { ControlledLog } from './controlled-log.ts';
import { ManualScheduler } from './manual-scheduler.ts';
import { silentLogger } from './silent-logger.ts';

interface FakeEnvelope {
  readonly ids: readonly string[];
  readonly backfill: boolean;
  readonly mark: GatewayMark;
}

export class PublisherScene {
  readonly log: ControlledLog;
  readonly scheduler = new ManualScheduler();

  constructor(partitionCount = 1) {
    this.log = new ControlledLog(partitionCount);
  }

  createPublisher(limits: Partial<PublisherLimits> = {}): BatchingEventPublisher {
    return new BatchingEventPublisher({
      gatewayId: 'gw',
      log: this.log,
      seal: (columns, { backfill, gateway }) => {
        const ids = Array.from({ length: columns.count }, (_, row) => idAt(columns, row));
        const envelope: FakeEnvelope = { ids, backfill, mark: gateway };
        return { value: new TextEncoder().encode(JSON.stringify(envelope)), headers: {} };
      },
      metrics: createMetrics({ processMetrics: false }),
      logger: silentLogger,
      limits: { lingerIdleMs: 5, lingerLoadedMs: 40, appendsInFlightMax: 2, ...limits },
      scheduler: this.scheduler,
    });
  }

  /** The first envelope of each append in flight. */
  pending(): FakeEnvelope[] {
    return this.log.pending.map(([record]) => read(record!));
  }
}

export const read = ({ value }: LogAppend) =>
  JSON.parse(new TextDecoder().decode(value)) as FakeEnvelope;

let nextId = 0;

export function events(count: number, given: Partial<AcceptedEvent> = {}): AcceptedEvent[] {
  return Array.from({ length: count }, () => ({
    tenant: 'acme',
    id: given.id ?? `e-${(nextId += 1)}`,
    source: 'test',
    type: 't',
    subject: given.subject ?? 's',
    time: 1_700_000_000_000_000,
    data: given.data ?? {},
  }));
}

export const batchOf = (list: readonly AcceptedEvent[], backfill = false) =>
  ({ kind: 'events', events: list, backfill, bytes: list.length * 100 }) as const;

/** Lets promises that are settled already run their continuations. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** The code it fails with, or `published`. */
export const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'published',
    (error: unknown) => (error as { code: string }).code,
  );
