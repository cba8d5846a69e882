import { describe, expect, it } from 'vitest';
import { bindParameters } from './bind-parameters.ts';

const bind = (sql: string, parameters: Record<string, string>) =>
  bindParameters(sql, new Map(Object.entries(parameters)));

describe('bindParameters', () => {
  it('writes one typed, escaped literal', () => {
    expect(bind('SELECT { a : UInt64 }', { a: '1' })).toBe(`SELECT CAST('1', 'UInt64')`);
    expect(bind('SELECT {a:String}', { a: `it's \\\\ \\t` })).toBe(
      `SELECT CAST('it\\'s \\\\ \t', 'String')`,
    );
    expect(bind(`SELECT {a:DateTime64(6, 'UTC')}`, { a: '0' })).toBe(
      `SELECT CAST('0', 'DateTime64(6, \\'UTC\\')')`,
    );
  });

  it('keeps the escapes of composite values', () => {
    expect(bind('SELECT {a:Array(String)}', { a: `['it\\'s']` })).toBe(
      `SELECT CAST('[\\'it\\\\\\'s\\']', 'Array(String)')`,
    );
  });

  it('writes null and names', () => {
    expect(bind('SELECT {a:Nullable(String)}', { a: '\\N' })).toBe(
      `SELECT CAST(NULL, 'Nullable(String)')`,
    );
    expect(bind('FROM {a:Identifier}', { a: 'x` y' })).toBe('FROM `x\\` y`');
  });

  it('steps over texts, names and comments', () => {
    const sql = `'{a:String}' "{a:String}" \`{a:String}\` /* {a:String} */ -- {a:String}`;
    expect(bind(sql, {})).toBe(sql);
  });

  it('refuses a placeholder without a value', () => {
    expect(() => bind('{a:String}', {})).toThrow(expect.objectContaining({ code: 456 }));
  });
});
