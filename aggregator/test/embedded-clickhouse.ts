/**
 * The real ClickHouse engine for tests, in this process. One at a time a process.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import type { z } from 'zod';
import type {
  ClickHouse,
  ClickHouseParameter,
  ClickHouseQuery,
} from '../../infra/platform/src/clickhouse/clickhouse.ts';

type Parameters = Readonly<Record<string, ClickHouseParameter>>;

export interface TestClickHouse extends ClickHouse {
  /** Empties every table. */
  reset(): Promise<void>;
  statements: string[];
}

export async function startClickHouse(): Promise<TestClickHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-aggregator-'));
  const session = new Session(join(folder, 'data'));
  const statements: string[] = [];
  const run = async (sql: string, parameters: Parameters, format: string) => {
    statements.push(sql);
    try {
      const result = await session.queryBindAsync(sql, { ...parameters }, { format });
      return result;
    } catch (error) {
      throw new Error(`${String(error)}\n${sql}\n${JSON.stringify(parameters).slice(0, 500)}`);
    }
  };
  const query = async <Schema extends z.ZodType>(request: ClickHouseQuery<Schema>) => {
    const result = await run(request.sql, request.parameters ?? {}, 'JSONEachRow');
    return result
      .text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => request.row.parse(JSON.parse(line)));
  };
  let files = 0;
  const clickHouse: TestClickHouse = {
    statements,
    query,
    async *stream(request) {
      const rows = await query(request);
      for (let from = 0; from < rows.length; from += 100) yield rows.slice(from, from + 100);
    },
    async queryNative(sql, parameters) {
      return (await run(sql, parameters ?? {}, 'Native')).bytes();
    },
    async command(sql) {
      await run(sql, {}, 'Null');
    },
    async insertNative(table, columns, blocks) {
      const file = join(folder, `insert-${files++}.native`);
      writeFileSync(file, Buffer.concat(blocks));
      const list = columns.map((column) => `\`${column}\``).join(', ');
      await run(
        `INSERT INTO ${table} (${list}) SELECT ${list} FROM file('${file}', 'Native') SETTINGS async_insert = 0`,
        {},
        'Null',
      );
      rmSync(file);
    },
    ping: () => Promise.resolve(),
    close: async () => {
      await Promise.resolve();
      session.close();
      rmSync(folder, { recursive: true, force: true });
    },
    async reset() {
      for (const table of [...tables, 'event_owners']) await clickHouse.command(`TRUNCATE TABLE ${table}`);
    },
  };
  await clickHouse.command('CREATE DATABASE IF NOT EXISTS tidemark');
  await clickHouse.command('USE tidemark');
  const migrations = new URL('../migrations/', import.meta.url);
  for (const name of readdirSync(migrations).sort()) {
    await clickHouse.command(readFileSync(new URL(name, migrations), 'utf8'));
  }
  return clickHouse;
}

const tables = [
  'usage_events',
  'charge_totals',
  'envelope_outcomes',
  'dead_letters',
  'event_conflicts',
  'progress',
];
