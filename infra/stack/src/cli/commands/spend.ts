import type { Command } from 'commander';
import { z } from 'zod';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { instantValue } from '../option-values.ts';
import { printInvoiceLines, invoiceLineSchema } from '../invoice-table.ts';
import { printJson, printLine } from '../output.ts';

interface SpendOptions extends ConnectionOptions {
  readonly at?: string;
  readonly subscription?: string;
}

const spendSchema = z.object({
  customer: z.string(),
  period: z.object({ from: z.string(), to: z.string() }),
  currency: z.string(),
  lines: z.array(invoiceLineSchema),
  total: z.string(),
});

/** `tidemark spend`: what the close would bill now. */
export function registerSpend(program: Command): void {
  withConnection(
    program
      .command('spend')
      .description("A customer's running bill: the lines exactly as the close would bill them now")
      .argument('<customer>', 'key of the customer')
      .option('--at <instant>', 'picks the billing period (default now)', instantValue)
      .option('--subscription <id>', 'where the customer has several')
      .addHelpText('after', '\nExample:\n  $ tidemark spend acme --at 2015-05-18T00:00:00Z'),
  ).action(async (customer: string, options: SpendOptions) => {
    const answer = await connect(options).get(
      `/v1/customers/${encodeURIComponent(customer)}/spend`,
      { at: options.at, subscription: options.subscription },
    );
    if (options.json === true) {
      printJson(answer);
      return;
    }
    const spend = spendSchema.parse(answer);
    printLine(`${spend.customer}, ${spend.period.from} to ${spend.period.to}`);
    printInvoiceLines(spend.lines);
    printLine(`total ${spend.total} ${spend.currency}`);
  });
}
