/**
 * The client: `track` takes an event into memory and returns at once; batches go out in the background. What the buffer
 * holds is settled exactly once: accepted, rejected (`onRejected`) or handed over (`onError`). Nothing is dropped.
 */
import { Delivery } from './delivery.ts';
import { TidemarkClosedError } from './errors.ts';
import { snapshotEvent } from './event.ts';
import type { FlushResult } from './flush-waiters.ts';
import { resolveOptions } from './options.ts';
import type { TidemarkConfig, TidemarkOptions } from './options.ts';
import { watchPage } from './page-lifecycle.ts';
import type { UsageEventInput } from './usage-event.ts';

export interface Tidemark {
  /**
   * Takes one event. Its id and time are fixed now, and its data is copied, so the caller may reuse its objects.
   * @returns the event's id.
   * @throws TidemarkEventError when the event breaks a limit of the contract.
   * @throws TidemarkBufferFullError when the buffer is full; the event was not taken.
   * @throws TidemarkClosedError after `close`.
   */
  track(event: UsageEventInput): string;
  /**
   * Sends what is waiting and resolves when every event tracked before this call is settled. With `timeoutMs` it
   * resolves at the latest then, and `pending` says how many are still in the buffer. Never rejects.
   */
  flush(options?: { readonly timeoutMs?: number }): Promise<FlushResult>;
  /** Resolves when the buffer is at most half full: for bulk senders, between `track` calls. */
  waitForRoom(): Promise<void>;
  /**
   * Refuses further events, then flushes. What has no verdict after `timeoutMs` (default 10 s) is handed to `onError`
   * with code `sdk/closed-undelivered`. Resolves when every event is settled; a second call joins the first.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<FlushResult>;
  /** Events that are tracked and not settled yet, and about their size as JSON. */
  readonly buffered: { readonly events: number; readonly bytes: number };
}

const closeTimeoutMs = 10_000;

/** @throws TidemarkOptionsError naming every option that cannot work. */
export function createTidemark(options: TidemarkOptions): Tidemark {
  return new BufferedTidemark(resolveOptions(options));
}

class BufferedTidemark implements Tidemark {
  readonly #config: TidemarkConfig;
  readonly #delivery: Delivery;
  readonly #unwatchPage: () => void;
  #closing: Promise<FlushResult> | undefined;

  constructor(config: TidemarkConfig) {
    this.#config = config;
    this.#delivery = new Delivery(config);
    this.#unwatchPage = watchPage(() => {
      this.#delivery.flushBeforePageGoes();
    });
  }

  get buffered(): { readonly events: number; readonly bytes: number } {
    return { events: this.#delivery.bufferedEvents, bytes: this.#delivery.bufferedBytes };
  }

  track(input: UsageEventInput): string {
    if (this.#closing !== undefined) throw new TidemarkClosedError();
    const event = snapshotEvent(input, {
      ordinal: this.#delivery.nextOrdinal,
      source: this.#config.source,
      generateId: this.#config.generateId,
      nowMs: this.#config.timers.now(),
    });
    this.#delivery.add(event);
    return event.id;
  }

  flush(options: { readonly timeoutMs?: number } = {}): Promise<FlushResult> {
    return this.#delivery.flush(options.timeoutMs);
  }

  waitForRoom(): Promise<void> {
    return this.#delivery.waitForRoom();
  }

  close(options: { readonly timeoutMs?: number } = {}): Promise<FlushResult> {
    this.#closing ??= this.#close(options.timeoutMs ?? closeTimeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<FlushResult> {
    const result = await this.#delivery.flush(timeoutMs);
    this.#unwatchPage();
    if (result.pending === 0) return result;
    const rest = await this.#delivery.abort();
    return {
      accepted: result.accepted + rest.accepted,
      rejected: result.rejected + rest.rejected,
      failed: result.failed + rest.failed,
      pending: rest.pending,
    };
  }
}
