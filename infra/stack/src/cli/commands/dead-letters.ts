import type { Command } from 'commander';
import { z } from 'zod';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { printJson, printTable } from '../output.ts';

const deadLetterSchema = z.object({
  reason: z.string(),
  detail: z.string(),
  subject: z.string(),
  type: z.string(),
  id: z.string(),
});

/** `tidemark dead-letters`: records that could not be rated, and why. */
export function registerDeadLetters(program: Command): void {
  withConnection(
    program
      .command('dead-letters')
      .description('Events that were logged but could not be rated, with the reason')
      .option('--limit <count>', 'at most so many', '50')
      .addHelpText('after', '\nExample:\n  $ tidemark dead-letters --json'),
  ).action(async (options: ConnectionOptions & { limit: string }) => {
    const rows: string[][] = [];
    for await (const item of connect(options).list('/v1/dead-letters', {}, Number(options.limit))) {
      if (options.json === true) {
        printJson(item);
        continue;
      }
      const letter = deadLetterSchema.parse(item);
      rows.push([letter.reason, letter.subject, letter.type, letter.id, letter.detail]);
    }
    if (options.json === true) return;
    printTable(
      ['reason', 'customer', 'type', 'id', 'detail'].map((title) => ({ title })),
      rows,
    );
  });
}
