/**
 * Every error the client throws or hands over. `code` is stable and documented; the message is for people. Nothing
 * here ever holds the API key.
 */
import type { UsageEvent } from './usage-event.ts';

export class TidemarkError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** `createTidemark` was called with options that cannot work. */
export class TidemarkOptionsError extends TidemarkError {}

/** `track` was called with something that is no usage event; the event was not taken. */
export class TidemarkEventError extends TidemarkError {}

/**
 * The buffer is full: events are tracked faster than they are delivered, or the server cannot be reached. The event was
 * not taken. Wait for `waitForRoom()` and track it again, or shed it knowingly.
 */
export class TidemarkBufferFullError extends TidemarkError {
  readonly events: number;
  readonly bytes: number;

  constructor(events: number, bytes: number) {
    super(
      'sdk/buffer-full',
      `The buffer is full with ${events} events (${bytes} bytes) that are not delivered yet; this event was not taken.`,
    );
    this.events = events;
    this.bytes = bytes;
  }
}

/** `track` was called after `close`; the event was not taken. */
export class TidemarkClosedError extends TidemarkError {
  constructor() {
    super('sdk/closed', 'The client is closed; this event was not taken.');
  }
}

/**
 * The client gave up on these events and hands them over: they are no longer in its buffer. Whether the server has them
 * may be unknown; sending them again with the same `id` and `source` is always safe, they are billed once.
 */
export class TidemarkDeliveryError extends TidemarkError {
  /** The HTTP status that ended it; `undefined` when there was no answer. */
  readonly status: number | undefined;
  readonly events: readonly UsageEvent[];

  constructor(
    code: string,
    message: string,
    given: {
      readonly status?: number | undefined;
      readonly events: readonly UsageEvent[];
      readonly cause?: unknown;
    },
  ) {
    super(code, message, given.cause === undefined ? undefined : { cause: given.cause });
    this.status = given.status;
    this.events = given.events;
  }
}
