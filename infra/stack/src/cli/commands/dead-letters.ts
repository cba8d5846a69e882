import type { Command } from 'commander';
import { z } from 'zod';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { countValue } from '../option-values.ts';
import { printJson, printLine, printTable } from '../output.ts';

const deadLetterSchema = z.object({
  reason: z.string(),
  detail: z.string(),
  subject: z.string(),
  type: z.string(),
  id: z.string(),
});

/** `tidemark dead-letters`: records that could not be rated, and why. */
export function registerDeadLetters(program: Command): void {
  const deadLetters = program
    .command('dead-letters')
    .description('Events that were logged but could not be rated, with the reason')
    // Options behind `redrive` are its own, although both have some of the same name.
    .enablePositionalOptions();
  registerRedrive(deadLetters);
  withConnection(
    deadLetters
      .option('--limit <count>', 'at most so many', countValue, 50)
      .addHelpText('after', '\nExample:\n  $ tidemark dead-letters --json'),
  ).action(async (options: ConnectionOptions & { limit: number }) => {
    const rows: string[][] = [];
    for await (const item of connect(options).list('/v1/dead-letters', {}, options.limit)) {
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

const redriveSchema = z.object({ redriven: z.number(), left: z.number() });

/** `tidemark dead-letters redrive`: after what they died of was mended. */
function registerRedrive(deadLetters: Command): void {
  withConnection(
    deadLetters
      .command('redrive')
      .description('Put dead letters into the log again, under their own identities')
      .option('--reason <code>', 'only those that died of this')
      .option('--limit <count>', 'look at so many, the newest first', countValue, 1000)
      .addHelpText(
        'after',
        '\nExample:\n  $ tidemark dead-letters redrive --reason log/wrong-partition\n\nTwice is harmless: an event that was billed meanwhile is a duplicate.',
      ),
  ).action(async (options: ConnectionOptions & { reason?: string; limit: number }) => {
    const answer = redriveSchema.parse(
      await connect(options).post('/v1/dead-letters/redrive', {
        limit: options.limit,
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      }),
    );
    if (options.json === true) printJson(answer);
    else
      printLine(`${answer.redriven} events are in the log again, ${answer.left} letters are left`);
  });
}
