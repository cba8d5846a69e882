/**
 * How many bytes of events the gateway may hold in memory between reading a request and the log's acknowledgement. At
 * the bound requests are refused at once: a queue that grows only turns an outage of the log into one of the gateway.
 */
import { AppError } from '@tidemark/platform/errors';

export class InFlightBudget {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#bytesMax;
  }

  /** Reserves or refuses; a single request is admitted by an idle gateway whatever its size. */
  tryReserve(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** The refusal of a request of which nothing was kept. */
export function overloaded(): AppError {
  return new AppError(
    'overloaded',
    'ingest/overloaded',
    'The gateway holds as many events as it may; nothing of this request was kept. Send it again with the same ids.',
    { retryAfterSeconds: 1 },
  );
}
