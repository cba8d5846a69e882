import type { Command } from 'commander';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { countValue, instantValue } from '../option-values.ts';
import { invoiceSchema, printInvoiceLines, printInvoices } from '../invoice-table.ts';
import type { InvoiceView } from '../invoice-table.ts';
import { printJson, printLine } from '../output.ts';

interface InvoicesOptions extends ConnectionOptions {
  readonly customer?: string;
  readonly status?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly html?: boolean;
}

/** `tidemark invoices [ID]`: the list, or one invoice with its lines. With --json one document a line. */
export function registerInvoices(program: Command): void {
  withConnection(
    program
      .command('invoices')
      .description('List invoices, or show one')
      .argument('[id]', 'id of one invoice')
      .option('--customer <key>')
      .option('--status <status>', 'draft, issued, paid or void')
      .option('--from <instant>', 'periods that start at or after', instantValue)
      .option('--to <instant>', 'periods that start before', instantValue)
      .option('--limit <count>', 'at most so many (default all)', countValue)
      .option('--html', 'with an id: the invoice as a page to look at or print')
      .addHelpText(
        'after',
        '\nExamples:\n  $ tidemark invoices --customer acme\n  $ tidemark invoices --json | jq .total\n  $ tidemark invoices inv_01J... --html > invoice.html',
      ),
  ).action(async (id: string | undefined, options: InvoicesOptions) => {
    const client = connect(options);
    if (id !== undefined) {
      const path = `/v1/invoices/${encodeURIComponent(id)}`;
      if (options.html === true) {
        printLine(await client.text(`${path}.html`));
        return;
      }
      const answer = await client.get(path);
      if (options.json === true) {
        printJson(answer);
        return;
      }
      const invoice = invoiceSchema.parse(answer);
      printInvoices([invoice]);
      printInvoiceLines(invoice.lines);
      return;
    }
    const { customer, status, from, to } = options;
    const found: InvoiceView[] = [];
    const limit = options.limit ?? Infinity;
    for await (const answer of client.list('/v1/invoices', { customer, status, from, to }, limit)) {
      if (options.json === true) printJson(answer);
      else found.push(invoiceSchema.parse(answer));
    }
    if (options.json !== true) {
      printInvoices(found);
      printLine(`${found.length} invoices`);
    }
  });
}
