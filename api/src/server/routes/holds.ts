import { formatInstant } from '@tidemark/platform/clock';
import { z } from 'zod';
import { captureHoldSchema, createHoldSchema } from '../../credits/credit.ts';
import type { Hold } from '../../credits/credit.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';

const tags = ['credits'];
const params = z.object({ key: z.string() });
const holdParams = z.object({ key: z.string(), id: z.string() });
const instant = z.string().meta({ format: 'date-time' });

const holdDocument = z.object({
  id: z.string(),
  customer: z.string(),
  currency: z.string(),
  amount: z.string(),
  captured: z.string(),
  state: z.enum(['held', 'captured', 'released']),
  description: z.string().nullable(),
  createdAt: instant,
  updatedAt: instant,
});

function toHoldDocument(hold: Hold): z.output<typeof holdDocument> {
  const { createdAt, updatedAt } = hold;
  return { ...hold, createdAt: formatInstant(createdAt), updatedAt: formatInstant(updatedAt) };
}

export function registerHoldRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { customers, holds } = controlPlane;

  app.post(
    '/v1/customers/:key/holds',
    {
      schema: {
        tags,
        summary: "Set a part of a customer's credit aside",
        params,
        body: createHoldSchema,
        response: { 201: holdDocument },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request);
      const customer = await customers.get(tenant, request.params.key);
      const hold = await holds.place(tenant, customer, request.body);
      return reply.code(201).send(toHoldDocument(hold));
    },
  );

  app.get(
    '/v1/customers/:key/holds',
    {
      schema: {
        tags,
        summary: 'Holds of a customer, oldest first',
        params,
        querystring: listQuerySchema,
        response: { 200: pageSchema(holdDocument) },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { key } = await customers.get(tenant, request.params.key);
      return answerList(controlPlane, request, {
        query: request.query,
        read: (page) => holds.list(tenant, key, page),
        document: toHoldDocument,
      });
    },
  );

  app.post(
    '/v1/customers/:key/holds/:id/capture',
    {
      schema: {
        tags,
        summary: 'Take all or a part of a hold for good; the rest goes back',
        params: holdParams,
        body: captureHoldSchema.nullish(),
        response: { 200: holdDocument },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { id, key } = request.params;
      return toHoldDocument(await holds.capture(tenant, key, id, request.body ?? {}));
    },
  );

  app.post(
    '/v1/customers/:key/holds/:id/release',
    {
      schema: {
        tags,
        summary: 'Give a hold back',
        params: holdParams,
        body: z.strictObject({}).nullish(),
        response: { 200: holdDocument },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { id, key } = request.params;
      return toHoldDocument(await holds.release(tenant, key, id));
    },
  );
}
