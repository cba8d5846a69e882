/** Rows as JSON text inside the statement, as drivers insert objects. */
import type { ClickHouse } from '@tidemark/platform/clickhouse';

export interface JsonTarget {
  readonly table: string;
  /** Names and types of the rows. */
  readonly columns: string;
  /** A literal for a last column of the table. */
  readonly constant?: number;
}

export function insertJsonRows(
  clickHouse: ClickHouse,
  { table, columns, constant }: JsonTarget,
  rows: readonly string[],
): Promise<void> {
  const lines = rows.join('\n').replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const last = constant === undefined ? '' : `, ${constant}`;
  return clickHouse.command(
    `INSERT INTO ${table} SELECT *${last} FROM format(JSONEachRow, '${columns}', '${lines}')
     SETTINGS input_format_json_read_objects_as_strings = 1, input_format_skip_unknown_fields = 1`,
  );
}
