/**
 * Takes accepted events and answers once the log has them. In order: refuse when stopping or at the bound, reserve the
 * bytes, spread the events over the lanes of their partitions, wait until every envelope they joined is acknowledged.
 *
 * Nothing is ever lost silently: a publication resolves only after the log's acknowledgement, and rejects with an
 * `AppError` that says whether nothing was kept (`ingest/overloaded`, `ingest/shutting-down`) or whether that is unknown
 * (`ingest/log-unavailable`); the client repeats either with the same ids.
 */
import { AppError } from '@tidemark/platform/errors';
import type { Logger } from '@tidemark/platform/log';
import type { Metrics } from '@tidemark/platform/metrics';
import type { EventColumns } from '../../contract/event-columns.ts';
import type { PlainEvents } from '../../contract/plain-events.ts';
import type { AcceptedEvent } from '../../contract/usage-event.ts';
import type { EventLog } from '../../log/event-log.ts';
import { InFlightBudget, overloaded } from './in-flight-budget.ts';
import type { EnvelopeSealer, LaneDependencies, LaneLimits } from './lane-options.ts';
import { PartitionLane } from './partition-lane.ts';
import { eventsByPartition, partitionsOfPlain, rowsByPartition } from './partition-events.ts';
import { PendingPublications } from './pending-publications.ts';
import type { PublishTicket } from './publish-ticket.ts';
import { createPublisherMetrics } from './publisher-metrics.ts';
import { systemScheduler } from './scheduler.ts';
import type { Scheduler } from './scheduler.ts';

export type PublishBatch = {
  readonly backfill: boolean;
  /** About the memory that the events take until they are acknowledged: the bytes of the body they came in. */
  readonly bytes: number;
} & (
  | { readonly kind: 'events'; readonly events: readonly AcceptedEvent[] }
  /** Read before the call returns; the lists may be filled anew afterwards. */
  | { readonly kind: 'plain'; readonly events: PlainEvents }
  /** `rows`: ascending numbers of the rows to publish. All rows have the same tenant. */
  | { readonly kind: 'columns'; readonly columns: EventColumns; readonly rows: Uint32Array }
);

export interface EventPublisher {
  /** Resolves when all events are durable in the log; rejects with an `AppError` as described above. */
  publish(batch: PublishBatch): Promise<void>;
  /** The refusal that `publish` would answer now, so that a request can be refused before its body is read. */
  refusal(): AppError | undefined;
  readonly isStopping: boolean;
  /**
   * Refuses new publications, sends what waits and waits for all acknowledgements. After `deadlineMs` the rest is
   * rejected as of unknown outcome. Never rejects; a second call joins the first.
   */
  stop(deadlineMs: number): Promise<{ readonly kind: 'drained' | 'deadline-passed' }>;
}

export interface PublisherLimits extends LaneLimits {
  /** Bytes of publications between their start and the log's acknowledgement, over all partitions. */
  readonly bytesInFlightMax: number;
  /** Until a publication that is not acknowledged is answered as of unknown outcome. */
  readonly answerTimeoutMs: number;
}

const publisherLimitsDefault: PublisherLimits = {
  lingerIdleMs: 5,
  lingerBusyMs: 25,
  busyPublications: 4,
  lingerLoadedMs: 40,
  appendsInFlightMax: 4,
  queuedBytesMax: 16 * 1024 * 1024,
  bytesInFlightMax: 64 * 1024 * 1024,
  answerTimeoutMs: 20_000,
  repeatDelayMinMs: 100,
  repeatDelayMaxMs: 5_000,
};

export interface EventPublisherOptions {
  /** Names this life of this process: never used again after a restart, because the sequences start at 1 again. */
  readonly gatewayId: string;
  readonly log: Pick<EventLog, 'append' | 'partitionCount'>;
  readonly seal: EnvelopeSealer;
  readonly restamp?: LaneDependencies['restamp'];
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly limits?: Partial<PublisherLimits>;
  readonly scheduler?: Scheduler;
}

export class BatchingEventPublisher implements EventPublisher {
  readonly #lanes: readonly PartitionLane[];
  readonly #limits: PublisherLimits;
  readonly #budget: InFlightBudget;
  readonly #scheduler: Scheduler;
  readonly #pending: PendingPublications;
  #stopping: Promise<{ kind: 'drained' | 'deadline-passed' }> | undefined;

  constructor(options: EventPublisherOptions) {
    this.#limits = { ...publisherLimitsDefault, ...options.limits };
    this.#budget = new InFlightBudget(this.#limits.bytesInFlightMax);
    this.#scheduler = options.scheduler ?? systemScheduler;
    this.#pending = new PendingPublications({
      scheduler: this.#scheduler,
      answerTimeoutMs: this.#limits.answerTimeoutMs,
      onSettled: ({ bytes }) => this.#budget.release(bytes),
    });
    const metrics = createPublisherMetrics(options.metrics, {
      bytesInFlight: () => this.#budget.bytes,
      partitions: () =>
        this.#lanes.map(({ queuedBytes, repeating, ledger }, partition) => ({
          partition,
          queuedBytes,
          repeating,
          lastAssigned: ledger.lastAssigned,
          ackedThrough: ledger.ackedThrough,
        })),
    });
    const given = {
      gatewayId: options.gatewayId,
      log: options.log,
      seal: options.seal,
      restamp: options.restamp,
      scheduler: this.#scheduler,
      metrics,
      logger: options.logger,
      limits: this.#limits,
    };
    this.#lanes = Array.from(
      { length: options.log.partitionCount },
      (_, partition) => new PartitionLane(partition, given),
    );
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  refusal(): AppError | undefined {
    if (this.isStopping) return shuttingDown();
    return this.#budget.isFull ? overloaded() : undefined;
  }

  async publish(batch: PublishBatch): Promise<void> {
    if (this.isStopping) throw shuttingDown();
    await this.#admit(batch).answered;
  }

  stop(deadlineMs: number): Promise<{ kind: 'drained' | 'deadline-passed' }> {
    this.#stopping ??= this.#drain(deadlineMs);
    return this.#stopping;
  }

  /** All or nothing: every lane that the batch touches is asked before any of them gets an event. */
  #admit(batch: PublishBatch): PublishTicket {
    const { backfill, bytes } = batch;
    const { length } = this.#lanes;
    if (batch.kind === 'columns') {
      const parts = rowsByPartition(batch.columns, batch.rows, length);
      const ticket = this.#open(bytes, parts.keys());
      for (const [partition, rows] of parts) {
        this.#lanes[partition]?.addRows(batch.columns, rows, backfill, ticket);
      }
      return this.#seal(ticket, parts.keys());
    }
    if (batch.kind === 'plain') return this.#admitPlain(batch.events, backfill, bytes);
    const parts = eventsByPartition(batch.events, length);
    const ticket = this.#open(bytes, parts.keys());
    for (const [partition, events] of parts) {
      const lane = this.#lanes[partition];
      for (const event of events) lane?.add(event, backfill, ticket);
    }
    return this.#seal(ticket, parts.keys());
  }

  #admitPlain(events: PlainEvents, backfill: boolean, bytes: number): PublishTicket {
    const { partitions, touched } = partitionsOfPlain(events, this.#lanes.length);
    const ticket = this.#open(bytes, touched);
    for (let index = 0; index < events.length; index++) {
      this.#lanes[partitions[index] as number]?.addPlain(events, index, backfill, ticket);
    }
    return this.#seal(ticket, touched);
  }

  #open(bytes: number, partitions: Iterable<number>): PublishTicket {
    for (const partition of partitions) {
      const lane = this.#lanes[partition];
      if (lane === undefined || !lane.hasRoom) throw overloaded();
      if (lane.repeating > 0) throw logNotWorking();
    }
    if (!this.#budget.tryReserve(bytes)) throw overloaded();
    return this.#pending.open(bytes);
  }

  #seal(ticket: PublishTicket, partitions: Iterable<number>): PublishTicket {
    ticket.seal();
    for (const partition of partitions) this.#lanes[partition]?.schedule();
    return ticket;
  }

  async #drain(deadlineMs: number): Promise<{ kind: 'drained' | 'deadline-passed' }> {
    for (const lane of this.#lanes) lane.drain();
    const drained = this.#pending.settled().then(() => 'drained' as const);
    let cancel: () => void = () => undefined;
    const deadline = new Promise<'deadline-passed'>((resolve) => {
      cancel = this.#scheduler.schedule(deadlineMs, () => resolve('deadline-passed'));
    });
    const kind = await Promise.race([drained, deadline]);
    cancel();
    const reason = new Error('The gateway stopped before the log acknowledged.');
    for (const lane of this.#lanes) lane.abandon(reason);
    this.#pending.giveUp(reason);
    return { kind };
  }
}

function logNotWorking(): AppError {
  return new AppError(
    'unavailable',
    'ingest/log-unavailable',
    'The event log does not acknowledge; nothing of this request was kept. Send it again with the same ids.',
    { retryAfterSeconds: 1 },
  );
}

function shuttingDown(): AppError {
  return new AppError(
    'unavailable',
    'ingest/shutting-down',
    'The gateway is stopping; nothing of this request was kept. Send it again.',
    { retryAfterSeconds: 1 },
  );
}
