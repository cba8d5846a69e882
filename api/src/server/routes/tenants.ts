import { z } from 'zod';
import { notFound } from '../../problems.ts';
import { operatorTenant } from '../../tenants/bootstrap.ts';
import { scopes } from '../../tenants/api-key.ts';
import { createTenantSchema, updateTenantSchema } from '../../tenants/tenant.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { tenantDocument, toTenantDocument } from '../shared/documents.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';
import { assertOperator } from '../shared/operator.ts';

const keyParams = z.object({ key: z.string() });

/** Tenants are managed by the operator's; any other sees and changes itself alone. */
export function registerTenantRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { apiKeys, tenants } = controlPlane;

  app.post(
    '/v1/tenants',
    {
      config: { redactAnswer: (body) => ({ ...body, adminKey: null }) },
      schema: {
        tags: ['tenants'],
        summary: 'Create a tenant with its first admin key',
        body: createTenantSchema,
        response: { 201: tenantDocument },
      },
    },
    async (request, reply) => {
      assertOperator(callerOf(request).tenant);
      const { created, adminKey } = await controlPlane.database.transaction(async (connection) => {
        const tenant = await tenants.create(request.body, { connection });
        const first = {
          tenant: tenant.key,
          name: 'admin',
          scopes,
          mode: 'live',
          expiresAt: null,
        } as const;
        return { created: tenant, adminKey: (await apiKeys.create(first, connection)).text };
      });
      await controlPlane.eventTypeRules.refresh();
      return reply.code(201).send({ ...toTenantDocument(created), adminKey });
    },
  );

  app.get(
    '/v1/tenants',
    {
      schema: {
        tags: ['tenants'],
        summary: 'List tenants',
        querystring: listQuerySchema,
        response: { 200: pageSchema(tenantDocument) },
      },
    },
    async (request) => {
      assertOperator(callerOf(request).tenant);
      return answerList(controlPlane, request, {
        query: request.query,
        read: (page) => tenants.list(page),
        document: toTenantDocument,
      });
    },
  );

  app.get(
    '/v1/tenants/:key',
    {
      schema: {
        tags: ['tenants'],
        summary: 'Read a tenant',
        params: keyParams,
        response: { 200: tenantDocument },
      },
    },
    async (request) => {
      assertVisible(callerOf(request).tenant, request.params.key);
      return toTenantDocument(await tenants.get(request.params.key));
    },
  );

  app.patch(
    '/v1/tenants/:key',
    {
      schema: {
        tags: ['tenants'],
        summary: 'Change acceptance window, rounding or policies',
        params: keyParams,
        body: updateTenantSchema,
        response: { 200: tenantDocument },
      },
    },
    async (request) => {
      assertVisible(callerOf(request).tenant, request.params.key);
      const updated = await tenants.update(request.params.key, request.body);
      await controlPlane.eventTypeRules.refresh();
      return toTenantDocument(updated);
    },
  );
}

function assertVisible(tenant: string, key: string): void {
  if (tenant !== operatorTenant && tenant !== key) throw notFound('tenant', key);
}
