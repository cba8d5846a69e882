import { formatInstant } from '@tidemark/platform/clock';
import { z } from 'zod';
import { createGrantSchema } from '../../credits/credit.ts';
import type { Balance, Grant, Posting } from '../../credits/credit.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';

const tags = ['credits'];
const params = z.object({ key: z.string() });
const instant = z.string().meta({ format: 'date-time' });

const grantDocument = z.object({
  id: z.string(),
  customer: z.string(),
  name: z.string(),
  currency: z.string(),
  amount: z.string(),
  balance: z.string().describe('What is left of it.'),
  priority: z.number(),
  startsAt: instant,
  expiresAt: instant.nullable(),
  createdAt: instant,
});

const balanceDocument = z.object({
  customer: z.string(),
  at: instant,
  balances: z.record(z.string(), z.string()).describe('Of the grants that are alive, by currency.'),
});

const account = z.enum(['granted', 'balance', 'invoices', 'held', 'captured']);
const postingDocument = z.object({
  id: z.string(),
  kind: z.enum(['grant', 'use', 'release', 'hold', 'capture', 'hold_release']),
  grant: z.string(),
  invoice: z.string().nullable(),
  hold: z.string().nullable(),
  currency: z.string(),
  amount: z.string(),
  debit: account,
  credit: account,
  createdAt: instant,
});

function toGrantDocument(grant: Grant): z.output<typeof grantDocument> {
  return {
    ...grant,
    startsAt: formatInstant(grant.startsAt),
    expiresAt: grant.expiresAt === null ? null : formatInstant(grant.expiresAt),
    createdAt: formatInstant(grant.createdAt),
  };
}

function toBalanceDocument(balance: Balance): z.output<typeof balanceDocument> {
  return { ...balance, at: formatInstant(balance.at), balances: { ...balance.balances } };
}

function toPostingDocument(posting: Posting): z.output<typeof postingDocument> {
  return { ...posting, createdAt: formatInstant(posting.createdAt) };
}

export function registerCreditRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { credits, customers } = controlPlane;

  app.post(
    '/v1/customers/:key/grants',
    {
      schema: {
        tags,
        summary: 'Grant credit to a customer; the next invoices are paid from it',
        params,
        body: createGrantSchema,
        response: { 201: grantDocument },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request);
      const customer = await customers.get(tenant, request.params.key);
      const grant = await credits.grant(tenant, customer, request.body);
      return reply.code(201).send(toGrantDocument(grant));
    },
  );

  app.get(
    '/v1/customers/:key/grants',
    {
      schema: {
        tags,
        summary: 'Grants of a customer, oldest first, those that are used up or expired too',
        params,
        querystring: listQuerySchema,
        response: { 200: pageSchema(grantDocument) },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { key } = await customers.get(tenant, request.params.key);
      return answerList(controlPlane, request, {
        query: request.query,
        read: (page) => credits.list(tenant, key, page),
        document: toGrantDocument,
      });
    },
  );

  app.get(
    '/v1/customers/:key/balance',
    {
      schema: {
        tags,
        summary: 'What a customer has left now',
        params,
        response: { 200: balanceDocument },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { key } = await customers.get(tenant, request.params.key);
      return toBalanceDocument(await credits.balance(tenant, key));
    },
  );

  app.get(
    '/v1/customers/:key/ledger',
    {
      schema: {
        tags,
        summary: "What moved a customer's credit, oldest first, in double entry",
        params,
        querystring: listQuerySchema,
        response: { 200: pageSchema(postingDocument) },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { key } = await customers.get(tenant, request.params.key);
      return answerList(controlPlane, request, {
        query: request.query,
        read: (page) => credits.ledger(tenant, key, page),
        document: toPostingDocument,
      });
    },
  );
}
