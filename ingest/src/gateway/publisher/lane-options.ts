/** What a lane is built from, and its bounds. */
import type { Logger } from '@tidemark/platform/log';
import type { EventColumns } from '../../contract/event-columns.ts';
import type { GatewayMark } from '../../contract/log-message.ts';
import type { EventLog, LogAppend } from '../../log/event-log.ts';
import type { PublisherMetrics } from './publisher-metrics.ts';
import type { Scheduler } from './scheduler.ts';

/** Encodes and seals one envelope. */
export type EnvelopeSealer = (
  columns: EventColumns,
  given: { readonly backfill: boolean; readonly gateway: GatewayMark },
) => Pick<LogAppend, 'value' | 'headers'>;

export interface LaneLimits {
  /** Wait of a batch while nothing is in flight. */
  readonly lingerIdleMs: number;
  /** The same once `busyPublications` are in it: more of them will come, and one envelope costs less than many. */
  readonly lingerBusyMs: number;
  readonly busyPublications: number;
  /** Greatest wait of a batch while an append is in flight. */
  readonly lingerLoadedMs: number;
  /** Appends in flight per partition. */
  readonly appendsInFlightMax: number;
  /** Bytes of events waiting to be appended per partition, beyond which publications are refused. */
  readonly queuedBytesMax: number;
  /** Wait before a failed record is appended again; doubles up to `repeatDelayMaxMs`. */
  readonly repeatDelayMinMs: number;
  readonly repeatDelayMaxMs: number;
}

export interface LaneDependencies {
  readonly gatewayId: string;
  readonly log: Pick<EventLog, 'append'>;
  readonly seal: EnvelopeSealer;
  /** Makes a record that failed ready to be sent again; by default it is sent as it is. */
  readonly restamp?: ((record: LogAppend) => LogAppend) | undefined;
  readonly scheduler: Scheduler;
  readonly metrics: PublisherMetrics;
  readonly logger: Logger;
  readonly limits: LaneLimits;
}
