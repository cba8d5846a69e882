/** The two columns that every suite of the control plane runs in: PGlite, and a real PostgreSQL server where there is one. */
import { createPgliteDatabase, createPostgresDatabase } from '@tidemark/platform/postgres';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import { checkPostgresServer, startPostgresServer } from '@tidemark/platform/testing';
import type { PostgresServer } from '@tidemark/platform/testing';
import { afterAll, beforeAll, describe } from 'vitest';
import { migrateControlPlane } from '../../src/database-schema.ts';

export type DatabaseOf = () => SqlDatabase;

/** Defines the suite once per column; the database is migrated and lives as long as the suite. */
export function describeDatabases(title: string, suite: (database: DatabaseOf) => void): void {
  describe(`${title} (PGlite)`, () => {
    let database: SqlDatabase | undefined;
    beforeAll(async () => {
      database = await createPgliteDatabase();
      await migrateControlPlane(database);
    });
    afterAll(() => database?.close());
    suite(() => database!);
  });

  const server = checkPostgresServer();
  const reason =
    server.kind === 'available' ? 'PostgreSQL' : `PostgreSQL skipped: ${server.reason}`;
  describe.skipIf(server.kind === 'unavailable')(`${title} (${reason})`, () => {
    let postgres: PostgresServer | undefined;
    let database: SqlDatabase | undefined;
    beforeAll(async () => {
      postgres = await startPostgresServer();
      database = createPostgresDatabase({ url: await postgres.createDatabase('tidemark') });
      await migrateControlPlane(database);
    });
    afterAll(async () => {
      await database?.close();
      await postgres?.stop();
    });
    suite(() => database!);
  });
}
