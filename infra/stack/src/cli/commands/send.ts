/**
 * `tidemark send FILE`: events from NDJSON or CSV through the SDK. Ids are stable, so sending a file twice bills once; what
 * was delivered is remembered in a state file, so that an interrupted run resumes where it stopped.
 */
import { basename } from 'node:path';
import { AppError } from '@tidemark/platform/errors';
import type { Command } from 'commander';
import { readConnection, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { printJson, printLine, printNote } from '../output.ts';
import { createProgress } from '../progress.ts';
import { countLines, readEvents } from '../send-file.ts';
import { openSendPosition } from '../send-position.ts';
import { parseSendMapping } from '../send-mapping.ts';

interface SendOptions extends ConnectionOptions {
  readonly map?: string;
  readonly format?: string;
  readonly backfill?: boolean;
  readonly restart?: boolean;
}

/** Events tracked between two flushes; the position is saved after each. */
const chunkSize = 5_000;
const printedRejectionsMax = 20;

export function registerSend(program: Command): void {
  withConnection(
    program
      .command('send')
      .description('Send usage events from a file (NDJSON or CSV) through the SDK')
      .argument('<file>', 'NDJSON (.ndjson, .jsonl) or CSV (.csv)')
      .option(
        '--map <fields>',
        'where each field comes from: field=column or field=:literal, comma separated',
      )
      .option('--format <format>', 'ndjson or csv (default by the name of the file)')
      .option('--backfill', 'old events: no acceptance window (the key needs scope billing)')
      .option('--restart', 'forget how far an earlier run came and send from the first line')
      .addHelpText(
        'after',
        `
Examples:
  $ tidemark send events.ndjson
  $ tidemark send access.csv --backfill --map id=line,time=time,customer=customer,type=:web.request,data.bytes=bytes

An interrupted run resumes where it stopped. Ids are stable: events that were sent before are billed once.`,
      ),
  ).action(sendFile);
}

async function sendFile(file: string, options: SendOptions): Promise<void> {
  const format = formatOf(file, options.format);
  const mapping = options.map === undefined ? null : parseSendMapping(options.map);
  if (format === 'csv' && mapping === null) {
    throw new AppError('invalid-input', 'stack/invalid-map', 'A CSV file needs --map.');
  }
  const { createTidemark, TidemarkEventError } = await import('@tidemark/sdk');
  const { url, key } = readConnection(options);
  const position = await openSendPosition({ file, url, map: options.map ?? '' });
  if (options.restart === true) await position.forget();
  const skip = position.delivered;
  if (skip > 0) printNote(`Resuming after ${skip} events that were delivered before.`);

  const undelivered: AppError[] = [];
  let rejected = 0;
  const reject = (id: string, code: string, message: string): void => {
    rejected += 1;
    if (rejected <= printedRejectionsMax) printNote(`rejected ${id}: ${code}: ${message}`);
    if (rejected === printedRejectionsMax + 1) printNote('further rejections are counted only');
  };
  const client = createTidemark({
    url,
    apiKey: key,
    backfill: options.backfill ?? false,
    bufferEventsMax: chunkSize * 2,
    onRejected: (event, code, message) => reject(event.id, code, message),
    onError: (error) => {
      undelivered.push(
        new AppError(
          'unavailable',
          'stack/not-delivered',
          `${error.events.length} events were not delivered (${error.code}: ${error.message}). Run it again to resume.`,
          { cause: error },
        ),
      );
    },
  });
  const progress = createProgress({
    label: 'sending',
    total: await countLines(file, format),
    unit: 'events',
    silent: options.json ?? false,
  });

  let read = 0;
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt);
  const save = async (): Promise<void> => {
    await client.flush();
    // The position never moves past an event that was not delivered.
    if (undelivered[0] !== undefined) throw undelivered[0];
    await position.save(read);
    progress.update(read);
  };
  try {
    for await (const item of readEvents({ file, format, mapping, fileName: basename(file) })) {
      read += 1;
      if (read <= skip) continue;
      if (item.kind === 'unreadable') {
        reject(`line ${item.line}`, 'stack/unreadable-line', item.message);
      } else {
        try {
          client.track(item.event);
        } catch (thrown) {
          // An event that breaks a limit of the contract is one rejection; the rest of the file goes on.
          if (!(thrown instanceof TidemarkEventError)) throw thrown;
          reject(item.event.id, thrown.code, thrown.message);
        }
      }
      if (read % chunkSize === 0) await save();
      if (interruption.signal.aborted) break;
    }
    await save();
    await client.close();
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt);
  }
  if (interruption.signal.aborted) {
    throw new AppError(
      'unavailable',
      'stack/interrupted',
      `Stopped after ${read} events; run it again to resume.`,
    );
  }
  await position.forget();
  const sent = read - skip;
  if (options.json === true) printJson({ read, sent, accepted: sent - rejected, rejected });
  else printLine(`${sent} events sent: ${sent - rejected} accepted, ${rejected} rejected`);
}

function formatOf(file: string, format: string | undefined): 'ndjson' | 'csv' {
  const name = format ?? file.toLowerCase().replace(/^.*\./, '');
  if (name === 'csv') return 'csv';
  if (name === 'ndjson' || name === 'jsonl' || name === 'json') return 'ndjson';
  throw new AppError(
    'invalid-input',
    'stack/unknown-format',
    `Is ${file} CSV or NDJSON? Say so with --format csv or --format ndjson.`,
  );
}
