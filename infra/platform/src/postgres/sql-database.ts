/**
 * The narrow view of Postgres that the product uses, the same over PGlite and a real server. Types are normalised:
 * `int8` is a safe-integer number (else an `invariant` fault), `numeric` a string, `timestamptz` an `Instant` (integer
 * microseconds), `jsonb` parsed, `bytea` a Uint8Array. Parameters: an instant is passed as text by `formatInstant`,
 * jsonb as `JSON.stringify(...)` text, arrays as JavaScript arrays.
 */
export type SqlParameter =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly string[]
  | readonly number[]
  | readonly (string | null)[];

export interface SqlConnection {
  query<Row extends Record<string, unknown>>(
    text: string,
    parameters?: readonly SqlParameter[],
  ): Promise<Row[]>;
}

export interface SqlDatabase extends SqlConnection {
  /**
   * Runs `work` in one transaction (read committed); commits when it resolves, rolls back when it throws. Serialization
   * failures and deadlocks are retried a bounded number of times, so `work` must have no effect outside the database.
   */
  transaction<Result>(work: (connection: SqlConnection) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
