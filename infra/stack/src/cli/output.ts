/**
 * How commands speak: results go to standard output (tables for people, JSON for programs), everything else to standard
 * error, so that `tidemark ... --json | jq` always works.
 */
import Table from 'cli-table3';
import picocolors from 'picocolors';

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** One JSON document on one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

export function printTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): void {
  const table = new Table({
    head: columns.map(({ title }) => picocolors.bold(title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  printLine(table.toString());
}
