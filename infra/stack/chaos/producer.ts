/**
 * An application that sends usage through the SDK while everything behind it dies. It sends some events twice, some late,
 * and at times it dies itself: then it sends again whatever it cannot prove to be accepted.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createTidemark } from '@tidemark/sdk';
import type { Tidemark } from '@tidemark/sdk';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import type { UsageLedger } from './usage-ledger.ts';
import type { UsageSource } from './usage-source.ts';

export interface ProducerOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly source: UsageSource;
  readonly ledger: UsageLedger;
  readonly seed: number;
  /** Read before each tick. */
  readonly eventsPerSecond: number;
  /** Whether it dies at times; it does by default. */
  readonly dies?: boolean;
  /** Requests at once; 3 by default. */
  readonly concurrency?: number;
}

export interface Acknowledged {
  /** Events that were answered as accepted, copies included. */
  accepted: number;
  /** Must stay 0: every event is one that the contract allows. */
  rejected: string[];
  /** Times the producer died. */
  crashes: number;
  /** Longest time between two acknowledgements, milliseconds. */
  longestSilenceMs: number;
}

const tickMs = 100;
/** While more are on their way, nothing new is made. */
const bufferedMax = 60_000;
const checkpointMs = 4000;
const crashesPerTick = 1 / 600;
const copiesPerHundred = 3;
const copyReach = 50_000;

export class Producer {
  readonly acknowledged: Acknowledged = {
    accepted: 0,
    rejected: [],
    crashes: 0,
    longestSilenceMs: 0,
  };
  readonly #options: ProducerOptions;
  readonly #random: Random;
  #client: Tidemark;
  /** Every event below it was accepted. */
  #settledBelow = 0;
  #lastHeardMs = performance.now();
  #checkpointAtMs = 0;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed);
    this.#client = this.#createClient();
  }

  /** Sends until the signal aborts; resolves then, with events still on their way. */
  async run(signal: AbortSignal): Promise<void> {
    const { dies = true } = this.#options;
    let dueAt = performance.now();
    while (!signal.aborted) {
      await Promise.race([this.#client.waitForRoom(), delay(1000)]);
      const now = performance.now();
      // What an outage held up is not made up for: a producer has its own pace.
      dueAt = Math.max(dueAt + tickMs, now - 10 * tickMs);
      if (dueAt > now) await delay(dueAt - now);
      if (this.#client.buffered.events < bufferedMax) {
        this.#send((this.#options.eventsPerSecond * tickMs) / 1000);
      }
      this.#checkpoint(performance.now());
      if (dies && this.#random.next() < crashesPerTick) await this.#crash();
    }
  }

  /** Resolves when everything that was ever made is accepted. */
  async drain(timeoutMs: number): Promise<boolean> {
    const { pending, failed } = await this.#client.flush({ timeoutMs });
    return pending === 0 && failed === 0;
  }

  async close(): Promise<void> {
    await this.#client.close({ timeoutMs: 1000 });
  }

  #send(count: number): void {
    const { source, ledger } = this.#options;
    for (let sent = 0; sent < count; sent += 1) {
      const { input, milliBytes, quarter } = source.make();
      ledger.add(input.subject, quarter, milliBytes);
      this.#client.track(input);
      if (this.#random.below(100) >= copiesPerHundred) continue;
      const back = 1 + this.#random.below(this.#random.chance(0.5) ? 100 : copyReach);
      if (back >= source.next) continue;
      this.#client.track(source.eventAt(source.next - back).input);
      ledger.copies += 1;
    }
  }

  #checkpoint(now: number): void {
    if (now < this.#checkpointAtMs) return;
    this.#checkpointAtMs = now + checkpointMs;
    const below = this.#options.source.next;
    const client = this.#client;
    void client.flush().then(({ failed, pending }) => {
      if (client !== this.#client || failed > 0 || pending > 0) return;
      this.#settledBelow = Math.max(this.#settledBelow, below);
    });
  }

  async #crash(): Promise<void> {
    const { source, ledger } = this.#options;
    this.acknowledged.crashes += 1;
    const dying = this.#client;
    this.#client = this.#createClient();
    await dying.close({ timeoutMs: 1 });
    for (let number = this.#settledBelow; number < source.next; number += 1) {
      if (this.#client.buffered.events > 80_000) await this.#client.waitForRoom();
      this.#client.track(source.eventAt(number).input);
      ledger.copies += 1;
    }
  }

  #createClient(): Tidemark {
    return createTidemark({
      url: this.#options.url,
      apiKey: this.#options.apiKey,
      batchEventsMax: 2000,
      batchAgeMs: 50,
      concurrency: this.#options.concurrency ?? 3,
      requestTimeoutMs: 8000,
      retryDelayMinMs: 50,
      retryDelayMaxMs: 1000,
      onDelivered: ({ accepted }) => {
        this.acknowledged.accepted += accepted;
        const now = performance.now();
        const silence = now - this.#lastHeardMs;
        this.#lastHeardMs = now;
        if (silence > this.acknowledged.longestSilenceMs) {
          this.acknowledged.longestSilenceMs = Math.round(silence);
        }
      },
      onRejected: ({ id }, code) => {
        this.acknowledged.rejected.push(`${id} ${code}`);
      },
      // A client that died hands over what it held; all of that is sent again.
      onError: () => undefined,
    });
  }
}
