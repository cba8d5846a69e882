/**
 * Splits a script into its statements at semicolons outside of texts, quoted names and comments. Neither Postgres'
 * extended protocol nor ClickHouse's HTTP interface takes more than one statement a call.
 */
export type SqlDialect = 'postgres' | 'clickhouse';

// In order: line comment, block comment, text (with '' and, in ClickHouse, backslash escapes), quoted names, dollar text.
const skippedByDialect: Readonly<Record<SqlDialect, RegExp>> = {
  postgres:
    /--[^\n]*|\/\*[\s\S]*?\*\/|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$[A-Za-z_0-9]*\$)[\s\S]*?\1|;/g,
  clickhouse:
    /--[^\n]*|#[! ][^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|`(?:[^`\\]|\\[\s\S])*`|"(?:[^"\\]|\\[\s\S])*"|;/g,
};

/** The statements in order, trimmed; pieces that hold only comments are left out. */
export function splitStatements(script: string, dialect: SqlDialect): string[] {
  const statements: string[] = [];
  let start = 0;
  let code = '';
  let codeStart = 0;
  const end = (position: number) => {
    code += script.slice(codeStart, position);
    if (code.trim() !== '') statements.push(script.slice(start, position).trim());
    code = '';
  };
  for (const match of script.matchAll(skippedByDialect[dialect])) {
    const token = match[0];
    if (token === ';') {
      end(match.index);
      start = codeStart = match.index + 1;
    } else if (/^(--|\/\*|#)/.test(token)) {
      code += script.slice(codeStart, match.index);
      codeStart = match.index + token.length;
    }
  }
  end(script.length);
  return statements;
}
