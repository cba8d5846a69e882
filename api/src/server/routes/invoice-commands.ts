import { formatInstant } from '@tidemark/platform/clock';
import { z } from 'zod';
import { createCreditNoteSchema } from '../../invoices/credit-note.ts';
import type { CreditNote } from '../../invoices/credit-note.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { invoiceDocument, toInvoiceDocument } from '../shared/invoice-document.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';

const tags = ['invoices'];
const idParams = z.object({ id: z.string() });

const creditNoteDocument = z.object({
  id: z.string(),
  number: z.string(),
  invoice: z.string(),
  amount: z.string().describe('What is given back: never more than the invoice has left.'),
  currency: z.string(),
  reason: z.string().nullable(),
  createdAt: z.string().meta({ format: 'date-time' }),
});

function toCreditNoteDocument(note: CreditNote): z.output<typeof creditNoteDocument> {
  return { ...note, createdAt: formatInstant(note.createdAt) };
}

const summaries = {
  finalize: 'Issue a draft',
  void: 'Take an invoice back that nobody has paid',
} as const;

export function registerInvoiceCommandRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { invoiceCommands, invoices } = controlPlane;

  for (const command of ['finalize', 'void'] as const) {
    app.post(
      `/v1/invoices/:id/${command}`,
      {
        schema: {
          tags,
          summary: summaries[command],
          params: idParams,
          body: z.strictObject({}).nullish(),
          response: { 200: invoiceDocument },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const { id } = request.params;
        await invoiceCommands[command](caller, id);
        return toInvoiceDocument(await invoices.get(caller.tenant, id));
      },
    );
  }

  app.post(
    '/v1/invoices/:id/credit-notes',
    {
      schema: {
        tags,
        summary: 'Give back a part of an issued invoice, never more than is left of it',
        params: idParams,
        body: createCreditNoteSchema,
        response: { 201: creditNoteDocument },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const note = await invoiceCommands.credit(callerOf(request), id, request.body);
      return reply.code(201).send(toCreditNoteDocument(note));
    },
  );

  app.get(
    '/v1/invoices/:id/credit-notes',
    {
      schema: {
        tags,
        summary: 'Credit notes of an invoice, oldest first',
        params: idParams,
        querystring: listQuerySchema,
        response: { 200: pageSchema(creditNoteDocument) },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { id } = request.params;
      await invoices.get(tenant, id);
      return answerList(controlPlane, request, {
        query: request.query,
        read: (page) => invoiceCommands.creditNotes(tenant, id, page),
        document: toCreditNoteDocument,
      });
    },
  );
}
