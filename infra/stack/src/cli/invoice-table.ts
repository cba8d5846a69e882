/** Invoices as tables for people. */
import { z } from 'zod';
import { printTable } from './output.ts';

export const invoiceLineSchema = z.object({
  kind: z.string(),
  charge: z.string().nullable(),
  description: z.string(),
  quantity: z.string().nullable(),
  amount: z.string(),
});

export const invoiceSchema = z.object({
  id: z.string(),
  number: z.string(),
  customer: z.string(),
  status: z.string(),
  period: z.object({ from: z.string(), to: z.string() }),
  currency: z.string(),
  lines: z.array(invoiceLineSchema),
  total: z.string(),
});
export type InvoiceView = z.output<typeof invoiceSchema>;

export function printInvoiceLines(lines: readonly z.output<typeof invoiceLineSchema>[]): void {
  printTable(
    [
      { title: 'line' },
      { title: 'charge' },
      { title: 'quantity', align: 'right' },
      { title: 'amount', align: 'right' },
    ],
    lines.map(({ description, charge, quantity, amount }) => [
      description,
      charge ?? '',
      quantity ?? '',
      amount,
    ]),
  );
}

export function printInvoices(invoices: readonly InvoiceView[]): void {
  printTable(
    [
      { title: 'number' },
      { title: 'customer' },
      { title: 'period' },
      { title: 'status' },
      { title: 'total', align: 'right' },
    ],
    invoices.map(({ number, customer, period, status, total, currency }) => [
      number,
      customer,
      `${period.from.slice(0, 10)} to ${period.to.slice(0, 10)}`,
      status,
      `${total} ${currency}`,
    ]),
  );
}
