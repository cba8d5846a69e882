import { z } from 'zod';
import { createMeterSchema, updateMeterSchema } from '../../catalog/meter.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { meterDocument, toMeterDocument } from '../shared/documents.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';
import { settle } from '../shared/settle.ts';

const tags = ['meters'];
const keyParams = z.object({ key: z.string() });

export function registerMeterRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { eventTypeRules, meters } = controlPlane;

  app.post(
    '/v1/meters',
    {
      schema: {
        tags,
        summary: 'Create a meter',
        body: createMeterSchema,
        response: { 201: meterDocument },
      },
    },
    async (request, reply) => {
      const { result, ticket } = await meters.create(callerOf(request).tenant, request.body);
      await eventTypeRules.refresh();
      await settle(controlPlane, ticket, reply);
      return reply.code(201).send(toMeterDocument(result));
    },
  );

  app.get(
    '/v1/meters',
    {
      schema: {
        tags,
        summary: 'List meters',
        querystring: listQuerySchema,
        response: { 200: pageSchema(meterDocument) },
      },
    },
    (request) =>
      answerList(controlPlane, request, {
        query: request.query,
        read: (page) => meters.list(callerOf(request).tenant, page),
        document: toMeterDocument,
      }),
  );

  app.get(
    '/v1/meters/:key',
    {
      schema: {
        tags,
        summary: 'Read a meter',
        params: keyParams,
        response: { 200: meterDocument },
      },
    },
    async (request) =>
      toMeterDocument(await meters.get(callerOf(request).tenant, request.params.key)),
  );

  app.patch(
    '/v1/meters/:key',
    {
      schema: {
        tags,
        summary: 'Change a meter by a new version',
        params: keyParams,
        body: updateMeterSchema,
        response: { 200: meterDocument },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request);
      const { result, ticket } = await meters.update(tenant, request.params.key, request.body);
      await eventTypeRules.refresh();
      await settle(controlPlane, ticket, reply);
      return toMeterDocument(result);
    },
  );

  app.delete(
    '/v1/meters/:key',
    {
      schema: {
        tags,
        summary: 'Delete a meter that no plan charges by',
        params: keyParams,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { ticket } = await meters.delete(callerOf(request).tenant, request.params.key);
      await eventTypeRules.refresh();
      await settle(controlPlane, ticket, reply);
      return reply.code(204).send(null);
    },
  );
}
