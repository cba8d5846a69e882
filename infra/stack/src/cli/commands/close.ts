/** `tidemark close`: runs a period close on the server and follows it to its end. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@tidemark/platform/errors';
import type { Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from '../api-client.ts';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { instantValue } from '../option-values.ts';
import { printJson, printLine, printNote } from '../output.ts';
import { createProgress } from '../progress.ts';

interface CloseOptions extends ConnectionOptions {
  readonly through: string;
  readonly customer?: readonly string[];
  readonly dryRun?: boolean;
}

const closeJobSchema = z.looseObject({
  id: z.string(),
  through: z.string(),
  status: z.enum(['queued', 'running', 'done', 'halted', 'failed']),
  subscriptionsDone: z.number(),
  subscriptionsTotal: z.number(),
  invoices: z.number(),
  halted: z.array(z.unknown()),
  totals: z.record(z.string(), z.string()),
});
export type CloseJob = z.output<typeof closeJobSchema>;

const pollEveryMs = 200;

export function registerClose(program: Command): void {
  withConnection(
    program
      .command('close')
      .description('Close billing periods: bill every billing instant at or before an instant')
      .requiredOption(
        '--through <instant>',
        'RFC 3339, for example 2015-06-01T00:00:00Z',
        instantValue,
      )
      .option('--customer <key...>', 'only these customers')
      .option('--dry-run', 'price everything, issue nothing')
      .addHelpText(
        'after',
        '\nExamples:\n  $ tidemark close --through 2015-06-01T00:00:00Z\n  $ tidemark close --through 2015-06-01T00:00:00Z --dry-run --json\n\nStopping this command does not stop the job; running it again follows the same job.',
      ),
  ).action(async (options: CloseOptions) => {
    const job = await runClose(connect(options), {
      through: options.through,
      customers: options.customer,
      dryRun: options.dryRun ?? false,
      silent: options.json ?? false,
    });
    if (options.json === true) printJson(job);
    else printSummary(job, options.dryRun ?? false);
    if (job.status !== 'done') {
      throw new AppError(
        'conflict',
        'stack/close-not-done',
        `The close ended as ${job.status}: ${JSON.stringify(job.halted)}`,
      );
    }
  });
}

export interface RunCloseRequest {
  readonly through: string;
  readonly customers: readonly string[] | undefined;
  readonly dryRun: boolean;
  readonly silent: boolean;
}

/** Starts the job (or joins the one that runs already) and resolves with its last state. */
export async function runClose(client: ApiClient, request: RunCloseRequest): Promise<CloseJob> {
  const { through, customers, dryRun } = request;
  let job = closeJobSchema.parse(
    await client.post('/v1/period-closes', {
      through,
      dryRun,
      ...(customers === undefined ? {} : { customers }),
    }),
  );
  const progress = createProgress({
    label: 'closing',
    total: Math.max(job.subscriptionsTotal, 1),
    unit: 'subscriptions',
    silent: request.silent,
  });
  while (job.status === 'queued' || job.status === 'running') {
    await delay(pollEveryMs);
    job = closeJobSchema.parse(await client.get(`/v1/period-closes/${job.id}`));
    progress.update(job.subscriptionsDone);
  }
  progress.stop();
  return job;
}

function printSummary(job: CloseJob, dryRun: boolean): void {
  const totals = Object.entries(job.totals).map(([currency, total]) => `${total} ${currency}`);
  const what = dryRun ? 'would be issued' : 'issued';
  printLine(
    `${job.invoices} invoices ${what} through ${job.through}: ${totals.join(', ') || 'nothing'}`,
  );
  if (job.halted.length > 0) printNote(`halted: ${JSON.stringify(job.halted)}`);
}
