/** The API as an impatient client sees it while it is being killed: every call has a deadline and is repeated. */
import { setTimeout as delay } from 'node:timers/promises';

const attemptMs = 20_000;
const repeatMs = 500;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Whether an earlier attempt had no answer, so that it may have acted already. */
  readonly repeated: boolean;
}

export class ChaosApi {
  readonly #url: string;
  readonly #key: string;
  readonly #signal: AbortSignal;

  /** @param signal ends the repetitions: calls then reject. */
  constructor(url: string, key: string, signal: AbortSignal) {
    this.#url = url;
    this.#key = key;
    this.#signal = signal;
  }

  get(path: string): Promise<Answer> {
    return this.#call('GET', path);
  }

  /** The command must be one that may be given twice. */
  post(path: string, body: unknown): Promise<Answer> {
    return this.#call('POST', path, body);
  }

  /** All items of a list. */
  async list(path: string): Promise<unknown[]> {
    const items: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await this.get(`${path}?limit=500${page}`);
      if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
      const answer = body as { data: unknown[]; nextCursor: string | null };
      items.push(...answer.data);
      cursor = answer.nextCursor;
    } while (cursor !== null);
    return items;
  }

  async #call(method: string, path: string, body?: unknown): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      this.#signal.throwIfAborted();
      try {
        const response = await fetch(`${this.#url}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${this.#key}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.any([this.#signal, AbortSignal.timeout(attemptMs)]),
        });
        const text = await response.text();
        if (response.status < 500 && response.status !== 429) {
          const parsed = text === '' ? null : (JSON.parse(text) as unknown);
          return { status: response.status, body: parsed, repeated: attempt > 0 };
        }
      } catch {
        this.#signal.throwIfAborted();
      }
      await delay(repeatMs);
    }
  }
}
