import { z } from 'zod';
import { catalogFileSchema } from '../../catalog-files/catalog-file.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { settle } from '../shared/settle.ts';

const applyDocument = z.object({
  dryRun: z.boolean(),
  changes: z.array(
    z.object({
      kind: z.enum(['meter', 'plan', 'coupon', 'customer', 'subscription']),
      key: z.string(),
      action: z.enum(['create', 'update', 'unchanged']),
    }),
  ),
});

export function registerCatalogRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  app.post(
    '/v1/catalog/apply',
    {
      schema: {
        tags: ['catalog'],
        summary: 'Bring meters, plans, coupons, customers and subscriptions up to a catalog file',
        body: catalogFileSchema,
        response: { 200: applyDocument },
      },
    },
    async (request, reply) => {
      const { result, ticket } = await controlPlane.catalogFiles.apply(
        callerOf(request),
        request.body,
      );
      if (!result.dryRun) await controlPlane.eventTypeRules.refresh();
      await settle(controlPlane, ticket, reply);
      return { dryRun: result.dryRun, changes: [...result.changes] };
    },
  );
}
