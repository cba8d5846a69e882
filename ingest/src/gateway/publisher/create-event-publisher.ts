import { randomBytes } from 'node:crypto';
import type { Logger } from '@tidemark/platform/log';
import type { Metrics } from '@tidemark/platform/metrics';
import type { InstallationKeys } from '../../contract/log-keys.ts';
import { encodeEnvelope } from '../../contract/log-message-codec.ts';
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
  /** Names this life of this process and must never come again; drawn at random when left out. */
  readonly gatewayId?: string;
}

/** A publisher with a gateway id of its own, new with each process because its sequences start at 1. */
export function createEventPublisher(options: CreateEventPublisherOptions): EventPublisher {
  const { keys, ...rest } = options;
  return new BatchingEventPublisher({
    ...rest,
    gatewayId: options.gatewayId ?? randomBytes(8).toString('hex'),
    seal: (columns, { gateway, backfill }) => encodeEnvelope(columns, gateway, backfill, keys),
  });
}
