/** `tidemark explain INVOICE LINE`: why an invoice line has its amount. */
import type { Command } from 'commander';
import { z } from 'zod';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { printJson, printLine, printTable } from '../output.ts';

const explanationSchema = z.object({
  number: z.string(),
  currency: z.string(),
  line: z.object({ description: z.string(), from: z.string(), to: z.string(), amount: z.string() }),
  steps: z.array(
    z.object({
      step: z.string(),
      quantity: z.string().nullable(),
      exactAmount: z.string(),
      amount: z.string().optional(),
    }),
  ),
  windows: z.array(z.object({ from: z.string(), to: z.string(), quantity: z.string() })),
  events: z.object({
    data: z.array(z.object({ id: z.string(), source: z.string(), time: z.string() })),
    more: z.boolean(),
  }),
});

const eventsPrinted = 10;

export function registerExplain(program: Command): void {
  withConnection(
    program
      .command('explain')
      .description('Why an invoice line has its amount: usage, every intermediate, events')
      .argument('<invoice>', 'id of the invoice')
      .argument('<line>', 'id of the line, from 1')
      .addHelpText(
        'after',
        '\nExamples:\n  $ tidemark explain inv_01J... 1\n  $ tidemark explain inv_01J... 1 --json | jq .steps',
      ),
  ).action(async (invoice: string, line: string, options: ConnectionOptions) => {
    const path = `/v1/invoices/${encodeURIComponent(invoice)}/lines/${encodeURIComponent(line)}/explain`;
    const answer = await connect(options).get(path);
    if (options.json === true) printJson(answer);
    else printExplanation(explanationSchema.parse(answer));
  });
}

function printExplanation(explained: z.output<typeof explanationSchema>): void {
  const { currency, events, line, number, steps, windows } = explained;
  printLine(`${number}: ${line.description}, ${line.from} to ${line.to}`);
  printTable(
    [
      { title: 'step' },
      { title: 'quantity', align: 'right' },
      { title: 'exact amount', align: 'right' },
    ],
    steps.map(({ exactAmount, quantity, step }) => [
      step.replaceAll('_', ' '),
      quantity ?? '',
      exactAmount,
    ]),
  );
  printLine(`billed: ${line.amount} ${currency}`);
  if (windows.length > 0) {
    printTable(
      [{ title: 'from' }, { title: 'to' }, { title: 'quantity', align: 'right' }],
      windows.map(({ from, quantity, to }) => [from, to, quantity]),
    );
  }
  for (const { id, source, time } of events.data.slice(0, eventsPrinted)) {
    printLine(`event ${time} ${source} ${id}`);
  }
  if (events.more || events.data.length > eventsPrinted) printLine('and more events (see --json)');
}
