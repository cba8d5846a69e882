import type { Command } from 'commander';
import { z } from 'zod';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { printJson, printLine } from '../output.ts';

interface SkipOptions extends ConnectionOptions {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

const answerSchema = z.looseObject({ offset: z.string() });

/** `tidemark partition skip`: an operator's decision about a halted partition; see docs/runbook.md. */
export function registerPartition(program: Command): void {
  const partition = program
    .command('partition')
    .description('Decisions about partitions of the event log, for operators');
  withConnection(
    partition
      .command('skip')
      .argument('<partition>', 'its number')
      .description(
        'Let the rater pass records that are gone or damaged; the decision stays in the log',
      )
      .requiredOption('--from <offset>', 'first offset that may be passed')
      .requiredOption('--to <offset>', 'offset after the last one')
      .requiredOption('--reason <text>', 'why, for whoever asks later')
      .addHelpText(
        'after',
        '\nExample:\n  $ tidemark partition skip 3 --from 1200 --to 1300 --reason "disk lost, ticket 17"\n\nWhat can be read in the range is rated as always.',
      ),
  ).action(async (number: string, options: SkipOptions) => {
    const answer = answerSchema.parse(
      await connect(options).post(`/v1/partitions/${encodeURIComponent(number)}/skips`, {
        from: Number(options.from),
        to: Number(options.to),
        reason: options.reason,
      }),
    );
    if (options.json === true) printJson(answer);
    else printLine(`Written at offset ${answer.offset}; the rater goes on within seconds.`);
  });
}
