import { z } from 'zod';
import { notFound } from '../../problems.ts';
import { operatorTenant } from '../../tenants/bootstrap.ts';
import { createApiKeySchema, rotateApiKeySchema } from '../../tenants/api-key.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { apiKeyDocument, toApiKeyDocument } from '../shared/documents.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';

const idParams = z.object({ id: z.string() });
/** A stored answer never holds the key: it is shown once. */
const config = { redactAnswer: (body: Record<string, unknown>) => ({ ...body, key: null }) };

export function registerApiKeyRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { apiKeys, keyVerifier } = controlPlane;

  app.post(
    '/v1/api-keys',
    {
      config,
      schema: {
        tags: ['api keys'],
        summary: 'Create a key of access; it is shown once',
        body: createApiKeySchema,
        response: { 201: apiKeyDocument },
      },
    },
    async (request, reply) => {
      const { tenant: own } = callerOf(request);
      const { expiresAt, mode, name, scopes, tenant = own } = request.body;
      // Naming another tenant answers the same whether it exists or not.
      if (tenant !== own && own !== operatorTenant) throw notFound('tenant', tenant);
      const { apiKey, text } = await apiKeys.create({
        tenant,
        name: name ?? scopes.join(', '),
        scopes,
        mode: mode ?? 'live',
        expiresAt: expiresAt ?? null,
      });
      return reply.code(201).send({ ...toApiKeyDocument(apiKey), key: text });
    },
  );

  app.get(
    '/v1/api-keys',
    {
      schema: {
        tags: ['api keys'],
        summary: 'List keys, revoked ones too',
        querystring: listQuerySchema,
        response: { 200: pageSchema(apiKeyDocument) },
      },
    },
    (request) =>
      answerList(controlPlane, request, {
        query: request.query,
        read: (page) => apiKeys.list(callerOf(request).tenant, page),
        document: toApiKeyDocument,
      }),
  );

  app.post(
    '/v1/api-keys/:id/rotate',
    {
      config,
      schema: {
        tags: ['api keys'],
        summary: 'Replace a key; the old one stays valid for the overlap',
        params: idParams,
        body: rotateApiKeySchema.nullish(),
        response: { 201: apiKeyDocument },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request);
      const { id } = request.params;
      const { apiKey, text } = await apiKeys.rotate(tenant, id, request.body?.overlapSeconds);
      keyVerifier.forget(id);
      return reply.code(201).send({ ...toApiKeyDocument(apiKey), key: text });
    },
  );

  app.post(
    '/v1/api-keys/:id/revoke',
    {
      schema: {
        tags: ['api keys'],
        summary: 'End a key at once',
        params: idParams,
        body: z.strictObject({}).nullish(),
        response: { 200: apiKeyDocument },
      },
    },
    async (request) => {
      const revoked = await apiKeys.revoke(callerOf(request).tenant, request.params.id);
      keyVerifier.forget(revoked.id);
      return toApiKeyDocument(revoked);
    },
  );
}
