/**
 * Stored answers of commands with an `Idempotency-Key`. The first request claims the key, runs and stores its answer; a
 * repeat gets that answer. Only successes are kept: a command that was refused changed nothing and may be tried again.
 */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';

export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Claim =
  /** The caller runs the command, then calls `store` or `release`. */
  | { readonly kind: 'claimed' }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  /** Another request with this key is running. */
  | { readonly kind: 'running' }
  /** The key was used for another request. */
  | { readonly kind: 'different' };

const microsecondsPerSecond = 1_000_000;
/** A claim without an answer is that of a killed process after this time. */
const abandonedAfter = 120 * microsecondsPerSecond;
const keptFor = 48 * 3600 * microsecondsPerSecond;

export class AnswerStore {
  readonly #database: SqlConnection;
  readonly #clock: Clock;

  constructor(database: SqlConnection, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async claim(tenant: string, key: string, requestHash: string): Promise<Claim> {
    const now = this.#clock.now();
    const [claimed] = await this.#database.query(
      `insert into idempotency_keys (tenant, idempotency_key, request_hash, started_at)
       values ($1, $2, $3, $4::timestamptz)
       on conflict (tenant, idempotency_key) do update
         set request_hash = excluded.request_hash, started_at = excluded.started_at
         where idempotency_keys.status is null and idempotency_keys.started_at < $5::timestamptz
       returning tenant`,
      [tenant, key, requestHash, formatInstant(now), formatInstant(now - abandonedAfter)],
    );
    if (claimed !== undefined) return { kind: 'claimed' };
    const [row] = await this.#database.query<AnswerRow>(
      `select request_hash, status, body, headers from idempotency_keys
       where tenant = $1 and idempotency_key = $2`,
      [tenant, key],
    );
    // Released in between by a request that was refused.
    if (row === undefined) return { kind: 'running' };
    if (row.request_hash !== requestHash) return { kind: 'different' };
    if (row.status === null) return { kind: 'running' };
    return {
      kind: 'answered',
      answer: { status: row.status, body: row.body ?? '', headers: row.headers ?? {} },
    };
  }

  async store(tenant: string, key: string, answer: StoredAnswer): Promise<void> {
    await this.#database.query(
      `update idempotency_keys set status = $3, body = $4, headers = $5::jsonb
       where tenant = $1 and idempotency_key = $2`,
      [tenant, key, answer.status, answer.body, JSON.stringify(answer.headers)],
    );
  }

  async release(tenant: string, key: string): Promise<void> {
    await this.#database.query(
      'delete from idempotency_keys where tenant = $1 and idempotency_key = $2 and status is null',
      [tenant, key],
    );
  }

  /** Keys older than two days may be used anew. */
  async forgetOld(): Promise<void> {
    await this.#database.query('delete from idempotency_keys where started_at < $1::timestamptz', [
      formatInstant(this.#clock.now() - keptFor),
    ]);
  }
}

type AnswerRow = {
  request_hash: string;
  status: number | null;
  body: string | null;
  headers: Record<string, string> | null;
};
