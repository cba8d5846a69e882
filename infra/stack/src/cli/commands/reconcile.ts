import { AppError } from '@tidemark/platform/errors';
import type { Command } from 'commander';
import { z } from 'zod';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { printJson, printLine } from '../output.ts';

const reconciliationSchema = z.looseObject({ reconciled: z.boolean() });

/** `tidemark reconcile`: the conservation proof; any difference is a failure. */
export function registerReconcile(program: Command): void {
  withConnection(
    program
      .command('reconcile')
      .description('Prove conservation: what was logged is stored, measured and billed')
      .option('--from <instant>', 'start of the span (inclusive)')
      .option('--to <instant>', 'end of the span (exclusive)')
      .addHelpText('after', '\nExample:\n  $ tidemark reconcile'),
  ).action(async (options: ConnectionOptions & { from?: string; to?: string }) => {
    const answer = reconciliationSchema.parse(
      await connect(options).get('/v1/reconciliation', { from: options.from, to: options.to }),
    );
    if (options.json === true) printJson(answer);
    else printLine(JSON.stringify(answer, null, 2));
    if (!answer.reconciled) {
      throw new AppError('invariant', 'stack/not-reconciled', 'The two sides differ; see above.');
    }
  });
}
