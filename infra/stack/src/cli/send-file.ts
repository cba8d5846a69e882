/** Reads events from NDJSON and CSV files as streams, one after another; a line that cannot be read is reported, not fatal. */
import { createReadStream } from 'node:fs';
import { JsonFlaw, parseExactJson } from '@tidemark/ingest/contract';
import { AppError } from '@tidemark/platform/errors';
import type { UsageEventInput } from '@tidemark/sdk';
import { parse as parseCsv } from 'csv-parse';
import { z } from 'zod';
import { ndjsonLines } from './ndjson-lines.ts';
import { mapRow } from './send-mapping.ts';
import type { MappedEvent, SendMapping } from './send-mapping.ts';

export interface SendFile {
  readonly file: string;
  readonly format: 'ndjson' | 'csv';
  readonly mapping: SendMapping | null;
  readonly fileName: string;
}

/** An event in the wire form of `POST /v1/events`. */
interface FileEvent extends Omit<MappedEvent, 'data'> {
  readonly data: NonNullable<UsageEventInput['data']>;
}

export type SendItem =
  | { readonly kind: 'event'; readonly event: FileEvent }
  | { readonly kind: 'unreadable'; readonly line: number; readonly message: string };

const ndjsonEventSchema = z.object({
  id: z.string().optional(),
  source: z.string().optional(),
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  data: z.record(z.string(), z.json()).default({}),
});

export async function* readEvents(options: SendFile): AsyncIterable<SendItem> {
  if (options.format === 'csv') yield* readCsv(options);
  else yield* readNdjson(options);
}

/** Number of events for the progress bar: lines, less the header of a CSV file. */
export async function countLines(file: string, format: 'ndjson' | 'csv'): Promise<number> {
  let lines = 0;
  let endsWithNewline = true;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
      endsWithNewline = chunk.at(-1) === 10;
    }
  } catch (cause) {
    throw new AppError('invalid-input', 'stack/unreadable-file', `${file} cannot be read.`, {
      cause,
    });
  }
  if (!endsWithNewline) lines += 1;
  return Math.max(format === 'csv' ? lines - 1 : lines, 0);
}

async function* readCsv({ file, mapping, fileName }: SendFile): AsyncIterable<SendItem> {
  if (mapping === null) return;
  const parser = createReadStream(file).pipe(
    parseCsv({ columns: true, bom: true, skip_empty_lines: true, info: true }),
  );
  try {
    for await (const item of parser as AsyncIterable<{
      record: Record<string, string>;
      info: { lines: number };
    }>) {
      const event = mapRow(mapping, { row: item.record, line: item.info.lines, fileName });
      yield { kind: 'event', event };
    }
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError(
      'invalid-input',
      'stack/unreadable-csv',
      `${file}: ${thrown instanceof Error ? thrown.message : 'cannot be read as CSV'}`,
      { cause: thrown },
    );
  }
}

async function* readNdjson({ file, mapping, fileName }: SendFile): AsyncIterable<SendItem> {
  let line = 0;
  for await (const text of ndjsonLines(createReadStream(file))) {
    line += 1;
    if (text.trim() === '') continue;
    yield readLine(text, line, { mapping, fileName });
  }
}

function readLine(
  text: string,
  line: number,
  { mapping, fileName }: Pick<SendFile, 'mapping' | 'fileName'>,
): SendItem {
  // As the gateway reads it: a number whose digits JavaScript would change is refused, never rounded.
  const parsed = parseExactJson(text);
  if (parsed.kind === 'rejected') return { kind: 'unreadable', line, message: 'not JSON' };
  const document = parsed.value;
  const flaw = findFlaw(document);
  if (flaw !== undefined) return { kind: 'unreadable', line, message: flaw.message };
  if (mapping !== null) {
    const row = z.record(z.string(), z.unknown()).safeParse(document);
    if (!row.success) return { kind: 'unreadable', line, message: 'not an object' };
    const cells = Object.fromEntries(
      Object.entries(row.data).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value),
      ]),
    );
    return { kind: 'event', event: mapRow(mapping, { row: cells, line, fileName }) };
  }
  const event = ndjsonEventSchema.safeParse(document);
  if (!event.success) {
    const issue = event.error.issues[0];
    return {
      kind: 'unreadable',
      line,
      message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an event'}`,
    };
  }
  return {
    kind: 'event',
    event: {
      ...event.data,
      id: event.data.id ?? `line-${line}`,
      source: event.data.source ?? fileName,
    },
  };
}

function findFlaw(value: unknown): JsonFlaw | undefined {
  if (value instanceof JsonFlaw) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const member of Object.values(value)) {
    const flaw = findFlaw(member);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}
