/** What the host must know of a statement before it hands it to the engine. */
import { splitStatements } from '../../migrations/split-statements.ts';
import { quoteText } from './bind-parameters.ts';
import { EngineException } from './engine-exception.ts';

export type Statement =
  | {
      readonly kind: 'insert-data';
      readonly table: string;
      /** As written, without the brackets; absent for all columns. */
      readonly columns: string | undefined;
      readonly format: string;
    }
  | { readonly kind: 'select'; readonly sql: string; readonly streams: boolean }
  | { readonly kind: 'insert-select'; readonly sql: string }
  | { readonly kind: 'other'; readonly sql: string };

const insertData =
  /^INSERT\s+INTO\s+(?:TABLE\s+)?([\w.`"]+)\s*(?:\(([^()]*)\))?\s*(?:SETTINGS\s[\s\S]*?)?\bFORMAT\s+(\w+)\s*$/i;
const insertSelect = /^INSERT\s+INTO\b[\s\S]*?\b(SELECT|WITH)\b/i;
// chDB streams results of these formats chunk by chunk; each chunk stands by itself.
const streamingFormat =
  /\bFORMAT\s+(JSONEachRow|JSONCompactEachRow|Native|TabSeparated|TSV|CSV|RowBinary)\s*$/i;

/** Reads one statement. A second one in the same text is refused, as a server does. */
export function readStatement(text: string): Statement {
  const [only, second] = splitStatements(text, 'clickhouse');
  if (only === undefined) throw new EngineException(62, 'SYNTAX_ERROR', 'Empty query');
  if (second !== undefined) {
    throw new EngineException(62, 'SYNTAX_ERROR', 'Multi-statements are not allowed');
  }
  const code = only.replace(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '');
  const data = insertData.exec(code);
  if (data !== null) {
    const [, table = '', columns, format = ''] = data;
    return { kind: 'insert-data', table, columns, format };
  }
  if (/^(SELECT|WITH|\()/i.test(code)) {
    return { kind: 'select', sql: only, streams: streamingFormat.test(only) };
  }
  return { kind: insertSelect.test(code) ? 'insert-select' : 'other', sql: only };
}

// Meaningful to a server's HTTP handler only.
const handlerSettings =
  /^(query|query_id|database|session_id|session_timeout|session_check|role|default_format|compress|decompress|enable_http_compression|wait_end_of_query|buffer_size|send_progress_in_http_headers|cancel_http_readonly_queries_on_client_close|http_.*|param_.*)$/;

/**
 * ` SETTINGS name = 'value', ...` for the settings in a request's URL. Passed with the statement, never as state of the
 * session: chDB would keep them for every later query.
 */
export function settingsClause(settings: Iterable<readonly [string, string]>): string {
  const list = [...settings]
    .filter(([name]) => !handlerSettings.test(name))
    .map(([name, value]) => {
      if (!/^[a-z][a-z0-9_]*$/.test(name)) {
        throw new EngineException(115, 'UNKNOWN_SETTING', `Unknown setting '${name}'`);
      }
      return `${name} = ${quoteText(value)}`;
    });
  return list.length === 0 ? '' : `\nSETTINGS ${list.join(', ')}`;
}

const ownSettings = /\bSETTINGS\s+[\w\s=,.'-]*$/i;

/** The statement with the settings of its request; a clause of its own is continued, since it may have only one. */
export function withSettings(sql: string, clause: string): string {
  if (!ownSettings.test(sql)) return sql + clause;
  return sql + clause.replace(/^\nSETTINGS /, ', ');
}
