import { z } from 'zod';
import { createCustomerSchema, updateCustomerSchema } from '../../customers/customer.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { customerDocument, toCustomerDocument } from '../shared/documents.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';

const tags = ['customers'];
const keyParams = z.object({ key: z.string() });

export function registerCustomerRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { customers } = controlPlane;

  app.post(
    '/v1/customers',
    {
      schema: {
        tags,
        summary: 'Create a customer',
        body: createCustomerSchema,
        response: { 201: customerDocument },
      },
    },
    async (request, reply) => {
      const customer = await customers.create(callerOf(request).tenant, request.body);
      return reply.code(201).send(toCustomerDocument(customer));
    },
  );

  app.get(
    '/v1/customers',
    {
      schema: {
        tags,
        summary: 'List customers',
        querystring: listQuerySchema,
        response: { 200: pageSchema(customerDocument) },
      },
    },
    (request) =>
      answerList(controlPlane, request, {
        query: request.query,
        read: (page) => customers.list(callerOf(request).tenant, page),
        document: toCustomerDocument,
      }),
  );

  app.get(
    '/v1/customers/:key',
    {
      schema: {
        tags,
        summary: 'Read a customer',
        params: keyParams,
        response: { 200: customerDocument },
      },
    },
    async (request) =>
      toCustomerDocument(await customers.get(callerOf(request).tenant, request.params.key)),
  );

  app.patch(
    '/v1/customers/:key',
    {
      schema: {
        tags,
        summary: 'Change a customer',
        params: keyParams,
        body: updateCustomerSchema,
        response: { 200: customerDocument },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      return toCustomerDocument(await customers.update(tenant, request.params.key, request.body));
    },
  );

  app.delete(
    '/v1/customers/:key',
    {
      schema: {
        tags,
        summary: 'Delete a customer that never had a subscription',
        params: keyParams,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await customers.delete(callerOf(request).tenant, request.params.key);
      return reply.code(204).send(null);
    },
  );
}
