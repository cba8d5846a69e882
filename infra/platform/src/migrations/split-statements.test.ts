import { describe, expect, it } from 'vitest';
import { splitStatements } from './split-statements.ts';

describe('splitStatements', () => {
  it('splits at semicolons and keeps comments with their statement', () => {
    expect(splitStatements('-- why; this\nSELECT 1;\n\nSELECT 2', 'postgres')).toEqual([
      '-- why; this\nSELECT 1',
      'SELECT 2',
    ]);
  });

  it('leaves out pieces without a statement', () => {
    expect(splitStatements(';;\n-- the end;\n/* ; */', 'clickhouse')).toEqual([]);
  });

  it.each([
    ['postgres', `SELECT 'a;''b', "c;d"`],
    ['postgres', `SELECT E'a\\';b'`],
    ['postgres', `DO $body$ BEGIN; PERFORM 'x;'; END $body$`],
    ['postgres', `DO $$ BEGIN; END $$`],
    ['postgres', `SELECT 'a\\'`],
    ['clickhouse', `SELECT 'a\\';b', \`c;d\`, "e;f"`],
    ['clickhouse', `SELECT 'it''s; one'`],
  ] as const)('does not split inside texts, names and dollar quotes (%s: %s)', (dialect, sql) => {
    expect(splitStatements(`${sql};SELECT 2`, dialect)).toEqual([sql, 'SELECT 2']);
  });
});
