/**
 * Sends one batch until it has a verdict: the same bytes, hence the same ids, on every attempt. Retrying is always safe,
 * because an event that the server already has is billed once.
 */
import { readAnswer } from './answer.ts';
import type { Answer, Rejection } from './answer.ts';
import type { QueuedEvent } from './event.ts';
import { callListener } from './listener.ts';
import type { TidemarkConfig } from './options.ts';
import { encodeRequestBody } from './request-body.ts';
import type { RequestBody } from './request-body.ts';
import { parseRetryAfter, retryDelayMs } from './retry-delay.ts';
import { sleep } from './timers.ts';

export interface DeliveryFailure {
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly cause: unknown;
}

export type BatchVerdict =
  | { readonly kind: 'answered'; readonly rejected: readonly Rejection[] }
  /** The halves may fit. */
  | { readonly kind: 'too-large'; readonly failure: DeliveryFailure }
  | { readonly kind: 'failed'; readonly failure: DeliveryFailure };

interface Attempt {
  readonly answer: Answer;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly cause: unknown;
}

/** Browsers refuse `keepalive` requests above 64 KiB of bodies in flight. */
const keepaliveBytesMax = 60_000;

export class BatchSender {
  readonly #config: TidemarkConfig;
  readonly #stop = new AbortController();
  /** No request starts before this time: a server that asked one request for patience means all of them. */
  #pausedUntilMs = 0;

  constructor(config: TidemarkConfig) {
    this.#config = config;
  }

  /** Ends every attempt and every wait; their batches fail with `sdk/closed-undelivered`. */
  abort(): void {
    this.#stop.abort();
  }

  /** Never rejects: whatever happens to the batch is a verdict. */
  async send(events: readonly QueuedEvent[], keepalive: boolean): Promise<BatchVerdict> {
    const { timers, giveUpAfterMs } = this.#config;
    let body: RequestBody;
    try {
      body = encodeRequestBody(events, this.#config.format);
    } catch (cause) {
      return failed('sdk/not-encodable', 'The batch could not be encoded.', cause);
    }
    const startedMs = timers.now();
    for (let attempt = 1; ; attempt += 1) {
      await this.#waitForPause();
      if (this.#isStopped()) return closedUndelivered();
      const { answer, status, retryAfterMs, cause } = await this.#attempt(
        body,
        events.length,
        keepalive,
      );
      if (answer.kind === 'answered') return answer;
      const failure = { code: answer.code, message: answer.message, status, cause };
      if (answer.kind === 'too-large') return { kind: 'too-large', failure };
      if (answer.kind === 'refused') return { kind: 'failed', failure };
      if (this.#isStopped()) return closedUndelivered();
      const delayMs = retryDelayMs(attempt, retryAfterMs, this.#config, timers);
      if (timers.now() + delayMs - startedMs > giveUpAfterMs) return { kind: 'failed', failure };
      await this.#waitForRetry(attempt, delayMs, events.length, { failure, retryAfterMs });
    }
  }

  async #attempt(body: RequestBody, eventCount: number, keepalive: boolean): Promise<Attempt> {
    const { timers, apiKey, eventsUrl, requestTimeoutMs } = this.#config;
    const request = new AbortController();
    const abort = () => {
      request.abort();
    };
    this.#stop.signal.addEventListener('abort', abort);
    const timeout = { passed: false };
    const cancelTimeout = timers.schedule(requestTimeoutMs, () => {
      timeout.passed = true;
      request.abort();
    });
    try {
      const response = await this.#config.fetch(eventsUrl, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': body.contentType },
        body: body.bytes,
        signal: request.signal,
        // A followed redirect would turn the POST into a GET, or show the key to another host.
        redirect: 'manual',
        ...(keepalive && body.bytes.length <= keepaliveBytesMax ? { keepalive } : {}),
      });
      const text = await response.text();
      return {
        answer: readAnswer(response.status, text, eventCount),
        status: response.status,
        retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), timers.now()),
        cause: undefined,
      };
    } catch (cause) {
      const answer: Answer = timeout.passed
        ? { kind: 'retry', code: 'sdk/timeout', message: `No answer in ${requestTimeoutMs} ms.` }
        : { kind: 'retry', code: 'sdk/network', message: 'The server could not be reached.' };
      return { answer, status: undefined, retryAfterMs: undefined, cause };
    } finally {
      cancelTimeout();
      this.#stop.signal.removeEventListener('abort', abort);
    }
  }

  async #waitForPause(): Promise<void> {
    const { timers } = this.#config;
    for (;;) {
      const waitMs = this.#pausedUntilMs - timers.now();
      if (waitMs <= 0 || this.#isStopped()) return;
      await sleep(timers, waitMs, this.#stop.signal);
    }
  }

  async #waitForRetry(
    attempt: number,
    delayMs: number,
    events: number,
    given: { readonly failure: DeliveryFailure; readonly retryAfterMs: number | undefined },
  ): Promise<void> {
    const { timers } = this.#config;
    if (given.retryAfterMs !== undefined) {
      this.#pausedUntilMs = Math.max(this.#pausedUntilMs, timers.now() + delayMs);
    }
    const { code, message, status } = given.failure;
    const waited = sleep(timers, delayMs, this.#stop.signal);
    callListener(() => this.#config.onRetry({ attempt, delayMs, events, code, message, status }));
    await waited;
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }
}

function failed(code: string, message: string, cause?: unknown): BatchVerdict {
  return { kind: 'failed', failure: { code, message, status: undefined, cause } };
}

function closedUndelivered(): BatchVerdict {
  return failed(
    'sdk/closed-undelivered',
    'The client was closed before the server answered for these events.',
  );
}
