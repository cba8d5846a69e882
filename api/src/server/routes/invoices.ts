import { z } from 'zod';
import { instantSchema, keySchema } from '../../values/formats.ts';
import { renderInvoice } from '../../invoices/invoice-html.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { invoiceDocument, toInvoiceDocument } from '../shared/invoice-document.ts';
import { answerList, listFields, pageSchema } from '../shared/list-query.ts';
import { assertAscending } from '../shared/time-range.ts';

const tags = ['invoices'];
const listQuery = z.strictObject({
  ...listFields,
  customer: keySchema.optional(),
  status: z.enum(['draft', 'issued', 'paid', 'void']).optional(),
  from: instantSchema.optional().describe('Periods that start at or after it.'),
  to: instantSchema.optional().describe('Periods that start before it.'),
});

const explanationDocument = z.looseObject({
  line: z.looseObject({ id: z.string() }),
  steps: z
    .array(z.looseObject({ step: z.string() }))
    .describe('Every intermediate, in the order in which a charge is rated.'),
});

export function registerInvoiceRoutes(app: ApiApp, { controlPlane, reads }: ApiDependencies): void {
  const { customers, invoices } = controlPlane;

  app.get(
    '/v1/invoices',
    {
      schema: {
        tags,
        summary: 'List invoices with their lines, in the order in which they were issued',
        querystring: listQuery,
        response: { 200: pageSchema(invoiceDocument) },
      },
    },
    async (request) => {
      assertAscending(request.query);
      return answerList(controlPlane, request, {
        query: request.query,
        read: (page) => invoices.list(callerOf(request).tenant, request.query, page),
        document: toInvoiceDocument,
      });
    },
  );

  app.get(
    '/v1/invoices/:id',
    {
      schema: {
        tags,
        summary: 'Read an invoice',
        params: z.object({ id: z.string() }),
        response: { 200: invoiceDocument },
      },
    },
    async (request) =>
      toInvoiceDocument(await invoices.get(callerOf(request).tenant, request.params.id)),
  );

  app.get(
    '/v1/invoices/:id.html',
    {
      schema: {
        tags,
        summary: 'Read an invoice as a page to look at or print',
        params: z.object({ id: z.string() }),
        produces: ['text/html'],
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request);
      const invoice = await invoices.get(tenant, request.params.id);
      const page = renderInvoice(invoice, await customers.get(tenant, invoice.customer));
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', page.contentSecurityPolicy)
        .send(page.html);
    },
  );

  app.get(
    '/v1/invoices/:id/lines/:line/explain',
    {
      schema: {
        tags,
        summary: 'Why a line has its amount: usage by day, every intermediate, tiers and events',
        params: z.object({ id: z.string(), line: z.string() }),
        response: { 200: explanationDocument },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { id: invoice, line } = request.params;
      const answer = await reads.explainLine({ tenant, invoice, line });
      return answer as z.output<typeof explanationDocument>;
    },
  );
}
