import { describe, expect, it } from 'vitest';
import { readStatement, settingsClause, withSettings } from './statement.ts';

describe('readStatement', () => {
  it('recognises an insert whose data is the body', () => {
    expect(readStatement('INSERT INTO db.t (`a`, b) FORMAT Native')).toEqual({
      kind: 'insert-data',
      table: 'db.t',
      columns: '`a`, b',
      format: 'Native',
    });
    expect(readStatement('INSERT INTO t SETTINGS async_insert=0 FORMAT Native')).toMatchObject({
      kind: 'insert-data',
      columns: undefined,
    });
  });

  it.each([
    ['SELECT 1 FORMAT JSONEachRow', 'select', true],
    ['-- why\nWITH 1 AS x SELECT x\nFORMAT Native', 'select', true],
    ['(SELECT 1) FORMAT JSON', 'select', false],
    ['INSERT INTO t SELECT 1', 'insert-select', undefined],
    ['INSERT INTO t VALUES (1)', 'other', undefined],
    ['CREATE TABLE t (a UInt8) ENGINE = Memory', 'other', undefined],
  ])('reads %s as %s', (sql, kind, streams) => {
    const expected = streams === undefined ? { kind } : { kind, streams };
    expect(readStatement(sql)).toMatchObject(expected);
  });

  it('refuses none and several', () => {
    expect(() => readStatement(' -- nothing')).toThrow(/Empty/);
    expect(() => readStatement('SELECT 1; DROP TABLE t')).toThrow(/Multi/);
  });
});

describe('settingsClause', () => {
  it('passes settings with the statement and leaves out those of the handler', () => {
    const settings = [
      ['query_id', 'x'],
      ['max_threads', '1'],
      ['param_a', '1'],
      ['quorum', `'`],
    ] as const;
    expect(settingsClause(settings)).toBe(`\nSETTINGS max_threads = '1', quorum = '\\''`);
    expect(settingsClause([])).toBe('');
  });

  it('refuses a name that is none', () => {
    expect(() => settingsClause([['a; DROP', '1']])).toThrow(/Unknown setting/);
  });
});

describe('withSettings', () => {
  const clause = `\nSETTINGS quorum = '1'`;

  it('adds a clause, or continues the one that the statement has', () => {
    const insert = 'INSERT INTO t SELECT * FROM s';
    expect(withSettings(insert, clause)).toBe(`${insert}${clause}`);
    expect(withSettings(`${insert} SETTINGS max_threads = 1`, clause)).toBe(
      `${insert} SETTINGS max_threads = 1, quorum = '1'`,
    );
    expect(withSettings(`${insert} SETTINGS max_threads = 1`, '')).toBe(
      `${insert} SETTINGS max_threads = 1`,
    );
  });

  it('takes no text of the statement for a clause', () => {
    const insert = `INSERT INTO t SELECT f('SETTINGS a = 1')`;
    expect(withSettings(insert, clause)).toBe(`${insert}${clause}`);
  });
});
