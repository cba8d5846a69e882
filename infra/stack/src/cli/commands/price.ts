/** `tidemark price`: one pricing case a line in, one result a line out, in order; streams, so memory does not grow. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import type { Command } from 'commander';

export function registerPrice(program: Command): void {
  program
    .command('price')
    .description('Try prices: NDJSON cases in, NDJSON results out; needs no server')
    .argument('[file]', 'NDJSON file (default standard input)')
    .addHelpText(
      'after',
      `
Example:
  $ echo '{"id":"c1","charge":{"price":{"model":"per_unit","currency":"USD","unitAmount":"0.02"}},"quantity":"700"}' | tidemark price`,
    )
    .action(async (file: string | undefined) => {
      const { previewCase } = await import('@tidemark/rater/pricing');
      const input = file === undefined ? process.stdin : createReadStream(file);
      for await (const line of createInterface({ input, crlfDelay: Infinity })) {
        if (line.trim() === '') continue;
        const result = `${JSON.stringify(previewCase(parseCase(line)))}\n`;
        if (!process.stdout.write(result)) await once(process.stdout, 'drain');
      }
    });
}

/** A line that is no JSON still gets its result line: `previewCase` reports it as not an object. */
function parseCase(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
