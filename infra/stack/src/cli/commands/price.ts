/** `tidemark price`: one pricing case a line in, one result a line out, in order; streams, so memory does not grow. */
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { AppError } from '@tidemark/platform/errors';
import type { Command } from 'commander';
import { ndjsonLines } from '../ndjson-lines.ts';
import { printNote } from '../output.ts';

export function registerPrice(program: Command): void {
  program
    .command('price')
    .description('Try prices: NDJSON cases in, NDJSON results out; needs no server')
    .argument('[file]', 'NDJSON file (default, or -: standard input)')
    .option('--json', 'one JSON result a line: what it prints in any case')
    .addHelpText(
      'after',
      `
Example:
  $ echo '{"id":"c1","charge":{"price":{"model":"per_unit","currency":"USD","unitAmount":"0.02"}},"quantity":"700"}' | tidemark price`,
    )
    .action(async (file: string | undefined) => {
      const { answerPriceLine, faultCode } = await import('../price-answer.ts');
      const input = file === undefined || file === '-' ? process.stdin : await openFile(file);
      let faults = 0;
      for await (const line of ndjsonLines(input)) {
        if (line.trim() === '') continue;
        const { text, fault } = answerPriceLine(line);
        if (fault !== undefined) {
          faults++;
          printNote(fault.stack ?? fault.message);
        }
        if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
      }
      if (faults > 0) throw new AppError('invariant', faultCode, `${faults} cases failed.`);
    });
}

async function openFile(file: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    return (await open(file)).createReadStream();
  } catch (cause) {
    throw new AppError('invalid-input', 'stack/unreadable-file', `${file} cannot be read.`, {
      cause,
    });
  }
}
