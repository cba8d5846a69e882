/**
 * `application/x-ndjson`: one event a line. A line that cannot be read, be it no JSON or no UTF-8, is one rejection, so
 * that a torn file does not stop the rest. Empty lines are no events; `index` counts the others from 0.
 */
import { parseExactJson } from '../../contract/exact-json.ts';
import { batchLimits } from '../../contract/limits.ts';
import { tooManyEvents } from '../read-events.ts';
import type { ReadContext, ReadEvents } from '../read-events.ts';
import { EventJudge } from './judge-events.ts';
import { readPlainEvents } from './plain.ts';

const plainLines = { text: 'lines', specversionRequired: false } as const;
const lineFeed = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws AppError `ingest/too-many-events` (413). */
export function readNdjsonEvents(body: Buffer, context: ReadContext): ReadEvents {
  return readPlainEvents(body, plainLines, context) ?? readExactly(body, context);
}

function readExactly(body: Buffer, context: ReadContext): ReadEvents {
  const judge = new EventJudge(context, { specversionRequired: false });
  let count = 0;
  for (const line of lines(body)) {
    if (line?.trim() === '') continue;
    count += 1;
    if (count > batchLimits.requestEventsMax) throw tooManyEvents(batchLimits.requestEventsMax);
    if (line === undefined) {
      judge.reject({ id: null, code: 'ingest/not-json', message: 'The line is not UTF-8.' });
      continue;
    }
    const json = parseExactJson(line);
    if (json.kind === 'ok') judge.judge(json.value);
    else judge.reject({ id: null, code: json.code, message: 'The line is not JSON.' });
  }
  return judge.results();
}

/** The lines as text; `undefined` for one that is no UTF-8. */
function* lines(body: Buffer): Generator<string | undefined> {
  let from = 0;
  while (from < body.length) {
    const feed = body.indexOf(lineFeed, from);
    const to = feed < 0 ? body.length : feed;
    yield decodeLine(body.subarray(from, to));
    from = to + 1;
  }
}

function decodeLine(line: Buffer): string | undefined {
  try {
    return utf8.decode(line);
  } catch {
    return undefined;
  }
}
