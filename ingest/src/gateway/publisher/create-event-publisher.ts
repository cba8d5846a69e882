import { randomBytes } from 'node:crypto';
import type { Clock } from '@tidemark/platform/clock';
import type { Logger } from '@tidemark/platform/log';
import type { Metrics } from '@tidemark/platform/metrics';
import type { InstallationKeys } from '../../contract/log-keys.ts';
import { encodeEnvelope, restampEnvelope } from '../../contract/log-message-codec.ts';
import type { EventLog } from '../../log/event-log.ts';
import { BatchingEventPublisher } from './event-publisher.ts';
import type { EventPublisher, PublisherLimits } from './event-publisher.ts';
import type { Scheduler } from './scheduler.ts';

export interface CreateEventPublisherOptions {
  readonly log: Pick<EventLog, 'append' | 'partitionCount'>;
  /** Seal the envelopes, so that a rater trusts them. */
  readonly keys: InstallationKeys;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly limits?: Partial<PublisherLimits>;
  readonly scheduler?: Scheduler;
  /** Stamps envelopes, so that a rater sees when the log's clock is off; left out: no stamp. */
  readonly clock?: Clock;
  /** Names this life of this process and must never come again; drawn at random when left out. */
  readonly gatewayId?: string;
}

/** A publisher with a gateway id of its own, new with each process because its sequences start at 1. */
export function createEventPublisher(options: CreateEventPublisherOptions): EventPublisher {
  const { clock, keys, ...rest } = options;
  const sentAtMs = (): number | undefined =>
    clock === undefined ? undefined : Math.floor(clock.now() / 1000);
  return new BatchingEventPublisher({
    ...rest,
    gatewayId: options.gatewayId ?? randomBytes(8).toString('hex'),
    seal: (columns, { gateway, backfill }) => {
      const now = sentAtMs();
      const mark = now === undefined ? gateway : { ...gateway, sentAtMs: now };
      return encodeEnvelope(columns, mark, backfill, keys);
    },
    restamp: (record) => {
      const now = sentAtMs();
      return now === undefined ? record : { ...record, ...restampEnvelope(record, now, keys) };
    },
  });
}
