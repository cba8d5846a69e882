/**
 * Rules of transactions that both databases keep: bounded retries of collisions, and no use of the database behind the
 * back of the transaction that is running. PGlite has one connection, so such a use would wait for itself for ever; on a
 * server it would silently run outside of the transaction.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, isAppError } from '../errors/index.ts';
import { serializationCode, translatePostgresError } from './postgres-error.ts';

const attemptsMax = 5;
const retryDelayMs = 10;

export class TransactionGuard {
  readonly #running = new AsyncLocalStorage<{ open: boolean }>();

  /** Throws when the caller is inside a transaction of this database that is still open. */
  assertOutside(): void {
    if (this.#running.getStore()?.open !== true) return;
    throw new AppError(
      'invariant',
      'platform/database-used-inside-transaction',
      'Inside a transaction use the connection that it hands in, not the database.',
    );
  }

  /** Runs one transaction, again after a collision, at most five times; any other error is translated and thrown. */
  async run<Result>(attempt: () => Promise<Result>): Promise<Result> {
    this.assertOutside();
    for (let count = 1; ; count++) {
      const scope = { open: true };
      try {
        return await this.#running.run(scope, attempt);
      } catch (thrown) {
        // What `work` throws passes through as it is; only faults of the driver are translated.
        const collided = isAppError(thrown) && thrown.code === serializationCode;
        if (!collided || count >= attemptsMax) throw thrown;
      } finally {
        scope.open = false;
      }
      await delay(retryDelayMs * count * (0.5 + Math.random()));
    }
  }
}

/** Runs a driver call and throws its error translated. */
export async function translated<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (thrown) {
    throw translatePostgresError(thrown);
  }
}
