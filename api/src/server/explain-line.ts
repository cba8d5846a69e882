/** The answer of `GET /v1/invoices/{id}/lines/{line}/explain`. */
import { explainLine } from '@tidemark/aggregator/explain';
import type { LineExplanation } from '@tidemark/aggregator/explain';
import type { InvoiceLine } from '@tidemark/aggregator/close';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { parseInstant } from '@tidemark/platform/clock';
import { assert } from '@tidemark/platform/errors';
import type { ControlPlane } from '../control-plane.ts';
import { notFound } from '../problems.ts';
import type { Document } from './usage-reads.ts';

interface LineQuestion {
  readonly tenant: string;
  readonly invoice: string;
  readonly line: string;
}

const nothing = { plan: null, price: null, steps: [], parts: [], windows: [] };
const noEvents: Document = { data: [], more: false };

/** What has no charge behind it (a plan's minimum, a discount, a credit) is explained by the line itself. */
export async function explainInvoiceLine(
  clickHouse: ClickHouse,
  controlPlane: ControlPlane,
  { tenant, invoice: id, line: lineId }: LineQuestion,
  eventDocument: (event: LineExplanation['events'][number]) => Document,
): Promise<Document> {
  const invoice = await controlPlane.invoices.get(tenant, id);
  const line = invoice.lines.find((candidate) => candidate.id === lineId);
  if (line === undefined) throw notFound('invoice line', `${id}/${lineId}`);
  const { cut, catalogEpoch } = await controlPlane.invoices.cutOf(tenant, id);
  const head = {
    invoice: id,
    number: invoice.number,
    customer: invoice.customer,
    subscription: invoice.subscription,
    line,
    quantity: line.quantity,
    billableQuantity: line.billableQuantity,
    exactAmount: line.exactAmount,
    amount: line.amount,
    currency: invoice.currency,
    tiers: line.tiers,
    proof: invoice.proof,
  };
  if (line.charge === null) return { ...head, ...nothing, events: noEvents };
  const span = spanOf(line);
  const { due } = await controlPlane.spendInstants({
    tenant,
    customer: invoice.customer,
    at: span.from,
    subscription: invoice.subscription,
  });
  const meters = await controlPlane.closeLedger.catalogMeters(tenant, catalogEpoch);
  const [instant] = due;
  const explained =
    instant === undefined
      ? null
      : await explainLine(clickHouse, {
          line: { charge: line.charge, ...span },
          due: instant,
          cut,
          meters,
        });
  if (explained === null) return { ...head, ...nothing, events: noEvents };
  const { charge, events, hasMoreEvents, ...calculation } = explained;
  return {
    ...head,
    ...calculation,
    price: charge,
    events: { data: events.map(eventDocument), more: hasMoreEvents },
  };
}

function spanOf(line: InvoiceLine): { readonly from: number; readonly to: number } {
  const from = parseInstant(line.from);
  const to = parseInstant(line.to);
  assert(from !== undefined && to !== undefined, 'An invoice line has instants.');
  return { from, to };
}
