/** What a format makes of a body: the events to publish and the ones that are refused. Formats are in `formats/`. */
import type { Instant } from '@tidemark/platform/clock';
import { AppError } from '@tidemark/platform/errors';
import type { EventColumns } from '../contract/event-columns.ts';
import type { PlainEvents } from '../contract/plain-events.ts';
import type { AcceptedEvent, RejectedEvent } from '../contract/usage-event.ts';
import type { EventTypeRules } from './ports.ts';

export interface ReadContext {
  readonly tenant: string;
  /** Backfill has no acceptance window. */
  readonly backfill: boolean;
  readonly now: Instant;
  readonly rules: EventTypeRules;
}

/** `rejected` is in order of `index`. Both counts add up to the events in the body. */
export type ReadEvents =
  | {
      readonly kind: 'events';
      readonly accepted: readonly AcceptedEvent[];
      readonly rejected: readonly RejectedEvent[];
    }
  /** Valid until the next body is read: publish it in the same turn of the event loop. */
  | {
      readonly kind: 'plain';
      readonly accepted: PlainEvents;
      readonly rejected: readonly RejectedEvent[];
    }
  | {
      readonly kind: 'columns';
      readonly columns: EventColumns;
      /** Ascending numbers of the rows that are accepted. */
      readonly accepted: Uint32Array;
      readonly rejected: readonly RejectedEvent[];
    };

/** The body as a whole cannot be read: nothing of it is kept. */
export function unreadableBody(message: string, cause?: unknown): AppError {
  return new AppError('invalid-input', 'ingest/unreadable-body', message, { cause });
}

export function tooManyEvents(eventsMax: number): AppError {
  return new AppError(
    'invalid-input',
    'ingest/too-many-events',
    `The request holds more than ${eventsMax} events; none was kept.`,
    { httpStatus: 413 },
  );
}
