import { z } from 'zod';
import { createPlanSchema, createPlanVersionSchema } from '../../catalog/plan.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { planDocument, toPlanDocument } from '../shared/documents.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';
import { settle } from '../shared/settle.ts';

const tags = ['plans'];
const keyParams = z.object({ key: z.string() });
const versionQuery = z.strictObject({
  version: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/)
    .transform(Number)
    .optional(),
});

export function registerPlanRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { eventTypeRules, plans } = controlPlane;

  app.post(
    '/v1/plans',
    {
      schema: {
        tags,
        summary: 'Create a plan',
        body: createPlanSchema,
        response: { 201: planDocument },
      },
    },
    async (request, reply) => {
      const { result, ticket } = await plans.create(callerOf(request).tenant, request.body);
      await eventTypeRules.refresh();
      await settle(controlPlane, ticket, reply);
      return reply.code(201).send(toPlanDocument(result));
    },
  );

  app.get(
    '/v1/plans',
    {
      schema: {
        tags,
        summary: 'List plans in their latest version',
        querystring: listQuerySchema,
        response: { 200: pageSchema(planDocument) },
      },
    },
    (request) =>
      answerList(controlPlane, request, {
        query: request.query,
        read: (page) => plans.list(callerOf(request).tenant, page),
        document: toPlanDocument,
      }),
  );

  app.get(
    '/v1/plans/:key',
    {
      schema: {
        tags,
        summary: 'Read a plan, in its latest version or the one asked for',
        params: keyParams,
        querystring: versionQuery,
        response: { 200: planDocument },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      return toPlanDocument(await plans.get(tenant, request.params.key, request.query.version));
    },
  );

  app.post(
    '/v1/plans/:key/versions',
    {
      schema: {
        tags,
        summary: 'Add a version; subscriptions stay on theirs until they are moved',
        params: keyParams,
        body: createPlanVersionSchema,
        response: { 201: planDocument },
      },
    },
    async (request, reply) => {
      const command = { ...request.body, key: request.params.key };
      const { result, ticket } = await plans.addVersion(callerOf(request).tenant, command);
      await eventTypeRules.refresh();
      await settle(controlPlane, ticket, reply);
      return reply.code(201).send(toPlanDocument(result));
    },
  );
}
