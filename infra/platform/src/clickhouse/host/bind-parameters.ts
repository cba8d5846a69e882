/**
 * Binds `{name:Type}` placeholders as typed literals. chDB keeps bound parameters in global state and so runs one such
 * query at a time; the server's own substitution is a literal with a cast too, which is what this writes. The value
 * never enters the SQL as anything but one escaped text literal.
 */
import { EngineException } from './engine-exception.ts';

/** Values as `@clickhouse/client` writes them: escaped like a TabSeparated field, `\N` for null. */
export type ParameterTexts = ReadonlyMap<string, string>;

// Texts, quoted names and comments are stepped over; a placeholder inside of them is no placeholder.
const token =
  /'(?:[^'\\]|\\[\s\S]|'')*'|`(?:[^`\\]|\\[\s\S])*`|"(?:[^"\\]|\\[\s\S])*"|--[^\n]*|\/\*[\s\S]*?\*\/|\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([A-Za-z][^{}]*?)\s*\}/g;

/** The SQL with every placeholder replaced. Throws ClickHouse's own exception 456 for one that is not set. */
export function bindParameters(sql: string, parameters: ParameterTexts): string {
  return sql.replace(token, (text: string, name: string | undefined, type: string | undefined) => {
    if (name === undefined || type === undefined) return text;
    const value = parameters.get(name);
    if (value === undefined) {
      throw new EngineException(
        456,
        'UNKNOWN_QUERY_PARAMETER',
        `Substitution \`${name}\` is not set`,
      );
    }
    return type === 'Identifier' ? quoteIdentifier(unescape(value)) : typedLiteral(value, type);
  });
}

function typedLiteral(value: string, type: string): string {
  if (value === '\\N') return `CAST(NULL, ${quoteText(type)})`;
  // Composite values carry their own quotes, with escapes inside of them only.
  const text = /^(Array|Map|Tuple)\b/.test(type) ? value : unescape(value);
  return `CAST(${quoteText(text)}, ${quoteText(type)})`;
}

const escapes: Readonly<Record<string, string>> = {
  '\\0': '\0',
  '\\b': '\b',
  '\\f': '\f',
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
};

function unescape(value: string): string {
  return value.replace(/\\[\s\S]/g, (pair) => escapes[pair] ?? pair.slice(1));
}

/** A text as a ClickHouse literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
}

function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
