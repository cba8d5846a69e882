import { AppError } from '@tidemark/platform/errors';

/**
 * One publication on its way: its events may travel in several envelopes, and it is durable when all of them are. One
 * envelope of unknown outcome makes the whole publication unknown; the client sends it again with the same ids.
 *
 * It ends twice: it is answered once, by the log or by whoever loses patience (`giveUp`), and it is settled when the log
 * has spoken about every envelope, which may be later and is what frees its bytes.
 */
export class PublishTicket {
  /** Resolves when all events are durable; rejects with the `AppError` to answer. */
  readonly answered: Promise<void>;
  /** What the publication counts for in the bytes in flight. */
  readonly bytes: number;
  /** When it is answered at the latest, in the scheduler's milliseconds. */
  readonly dueMs: number;
  readonly #onSettled: (ticket: PublishTicket) => void;
  #resolve: () => void = () => undefined;
  #reject: (error: AppError) => void = () => undefined;
  #envelopesOpen = 0;
  #sealed = false;
  #failure: AppError | undefined;

  constructor(bytes: number, dueMs: number, onSettled: (ticket: PublishTicket) => void) {
    this.bytes = bytes;
    this.dueMs = dueMs;
    this.#onSettled = onSettled;
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Part of the publication joined one more envelope. */
  envelopeJoined(): void {
    this.#envelopesOpen += 1;
  }

  /** One of its envelopes is acknowledged, or failed with `failure`. */
  envelopeSettled(failure?: AppError): void {
    this.#envelopesOpen -= 1;
    this.#failure ??= failure;
    this.#settleIfDone();
  }

  /** All parts have joined their envelopes. */
  seal(): void {
    this.#sealed = true;
    this.#settleIfDone();
  }

  /** Answers now; what the log says later changes nothing of it. */
  giveUp(reason: AppError): void {
    this.#reject(reason);
  }

  #settleIfDone(): void {
    if (!this.#sealed || this.#envelopesOpen > 0) return;
    this.#onSettled(this);
    if (this.#failure === undefined) this.#resolve();
    else this.#reject(this.#failure);
  }
}

/** The log did not acknowledge: the events may or may not be in it. */
export function logUnavailable(cause: unknown): AppError {
  return new AppError(
    'unavailable',
    'ingest/log-unavailable',
    'The event log did not acknowledge in time: the events may or may not be in it. Send them again with the same ids; each is billed once.',
    { retryAfterSeconds: 1, cause },
  );
}
