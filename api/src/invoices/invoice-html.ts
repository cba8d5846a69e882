/**
 * An invoice as one page for people: to read, to print, to send. It shows what the document holds and computes nothing; every
 * text of it is escaped, and the page loads nothing from anywhere.
 */
import { createHash } from 'node:crypto';
import type { Invoice, InvoiceLine } from '@tidemark/aggregator/close';
import type { Customer } from '../customers/customer.ts';

export interface InvoicePage {
  readonly html: string;
  /** For the header `content-security-policy`: nothing but the page's own style. */
  readonly contentSecurityPolicy: string;
}

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #64707f; --rule: #d9dee5; --paper: #fff; --accent: #0b6e75; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --soft: #9aa6b4; --rule: #333c48; --paper: #12171d; --accent: #53c3ca; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 3rem 1.5rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; }
header { display: flex; flex-wrap: wrap; gap: 1rem 3rem; justify-content: space-between; border-bottom: 3px solid var(--accent); padding-bottom: 1.25rem; }
h1 { margin: 0; font-size: 1.6rem; letter-spacing: -0.01em; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0.1rem 1rem; margin: 0; }
dt, .soft, footer { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: 1.75rem 0; font-variant-numeric: tabular-nums; }
th { color: var(--soft); font-weight: 500; text-align: left; }
th, td { padding: 0.45rem 0.5rem; vertical-align: top; }
tbody tr.line > * { border-top: 1px solid var(--rule); font-weight: 400; color: inherit; }
tr.tier > * { padding-block: 0.1rem; color: var(--soft); font-size: 0.88em; font-weight: 400; }
tr.tier > :first-child { padding-left: 1.75rem; }
.number { text-align: right; white-space: nowrap; }
tfoot th { text-align: right; }
tfoot tr:first-child > * { border-top: 1px solid var(--rule); }
tfoot tr.total > * { border-top: 2px solid var(--ink); color: var(--ink); font-weight: 650; font-size: 1.1em; }
footer { font-size: 0.8rem; overflow-wrap: anywhere; border-top: 1px solid var(--rule); padding-top: 1rem; }
@media (max-width: 36rem) {
  body { padding: 1.5rem 1rem; }
  thead { display: none; }
  tbody tr { display: grid; grid-template-columns: 1fr 1fr 1fr; }
  tbody tr > :first-child { grid-column: 1 / -1; }
  tbody tr.line > .number { border-top: 0; padding-top: 0; }
}
@media print { body { padding: 0; } }
`;
const styleHash = createHash('sha256').update(style).digest('base64');

/** @param customer who is billed; its name and address stand at the head. */
export function renderInvoice(invoice: Invoice, customer: Customer): InvoicePage {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Invoice ${escape(invoice.number)}</title>
<style>${style}</style>
<main>
${renderHead(invoice, customer)}
${renderLines(invoice, customer.timeZone)}
${renderProof(invoice)}
</main>
</html>
`;
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

function renderHead(invoice: Invoice, customer: Customer): string {
  const { issuedAt, dueAt, period } = invoice;
  const { timeZone } = customer;
  const facts = [
    ['Status', invoice.status],
    ['Period', days(period, timeZone)],
    ...(issuedAt === null ? [] : [['Issued', day(issuedAt, timeZone)]]),
    ...(dueAt === null ? [] : [['Due', day(dueAt, timeZone)]]),
    ['Subscription', invoice.subscription],
  ];
  const { line1, line2, postalCode, city, state, country } = customer.address ?? {};
  const place = [postalCode, city, state, country].filter(Boolean).join(' ');
  const address = [line1, line2, place].filter(Boolean).map((text) => `<br>${escape(text ?? '')}`);
  const title = invoice.revision === 1 ? 'Invoice' : `Invoice, revision ${invoice.revision}`;
  return `<header>
<div><h1>${title} ${escape(invoice.number)}</h1>
<p><strong>${escape(customer.name)}</strong>${address.join('')}</p></div>
<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escape(value ?? '')}</dd>`).join('')}</dl>
</header>`;
}

function renderLines(invoice: Invoice, timeZone: string): string {
  const { currency } = invoice;
  const totals: [string, string][] = [
    ['Subtotal', invoice.subtotal],
    ['Discounts', negative(invoice.discountTotal)],
    ['Credits', negative(invoice.creditTotal)],
    ['Tax', invoice.taxTotal],
  ];
  const shown = totals.filter(([name, amount]) => name === 'Subtotal' || !isZero(amount));
  return `<table>
<thead><tr><th scope="col">Description</th><th scope="col" class="number">Quantity</th><th scope="col" class="number">Unit price</th><th scope="col" class="number">Amount</th></tr></thead>
<tbody>
${invoice.lines.map((line) => renderLine(line, currency, timeZone)).join('\n')}
</tbody>
<tfoot>
${shown.map(([name, amount]) => `<tr><th scope="row" colspan="3">${name}</th><td class="number">${money(amount, currency)}</td></tr>`).join('\n')}
<tr class="total"><th scope="row" colspan="3">Total</th><td class="number">${money(invoice.total, currency)}</td></tr>
</tfoot>
</table>`;
}

function renderLine(line: InvoiceLine, currency: string, timeZone: string): string {
  const span = `<div class="soft">${days(line, timeZone)}</div>`;
  const row = `<tr class="line"><th scope="row">${escape(line.description)}${span}</th><td class="number">${escape(line.quantity ?? '')}</td><td class="number">${escape(line.unitAmount ?? '')}</td><td class="number">${money(line.amount, currency)}</td></tr>`;
  if (line.tiers.length < 2) return row;
  const tiers = line.tiers.map(
    ({ tier, quantity, unitAmount, flatAmount, amount }) =>
      `<tr class="tier"><td>tier ${tier}${flatAmount === undefined ? '' : `, flat ${money(flatAmount, currency)}`}</td><td class="number">${escape(quantity ?? '')}</td><td class="number">${escape(unitAmount ?? '')}</td><td class="number">${money(amount, currency)}</td></tr>`,
  );
  return [row, ...tiers].join('\n');
}

function renderProof({ id, proof }: Invoice): string {
  const cut = proof.cut.map(({ partition, offset }) => `${partition}:${offset}`).join(' ');
  return `<footer>${escape(id)} · rated from the log below ${escape(cut)} with catalog epoch ${proof.catalogEpoch} · ${escape(proof.hash)}</footer>`;
}

/** The days of a half-open span, first to last, as the customer's calendar has them. */
function days(span: { readonly from: string; readonly to: string }, timeZone: string): string {
  const first = day(span.from, timeZone);
  const end = Date.parse(span.to);
  const last = day(new Date(Math.max(Date.parse(span.from), end - 1)).toISOString(), timeZone);
  return first === last ? first : `${first} to ${last}`;
}

/** As YYYY-MM-DD. */
function day(instant: string, timeZone: string): string {
  const format = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return escape(new Intl.DateTimeFormat('en-CA', format).format(new Date(instant)));
}

/** Exact: the formatter takes the decimal text as it is, never through a double. */
function money(amount: string, currency: string): string {
  const decimals = amount.split('.')[1]?.length ?? 0;
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return escape(format.format(amount as Intl.StringNumericLiteral));
}

function negative(amount: string): string {
  return isZero(amount) ? amount : `-${amount}`;
}

function isZero(amount: string): boolean {
  return !/[1-9]/.test(amount);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
