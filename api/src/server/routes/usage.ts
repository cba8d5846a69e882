import { z } from 'zod';
import { instantSchema, keySchema, timeZoneSchema } from '../../values/formats.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { assertAscending } from '../shared/time-range.ts';

const textOrTexts = z.union([z.string(), z.array(z.string()).max(100)]);

const usageFields = {
  customer: keySchema.optional(),
  meter: keySchema,
  from: instantSchema,
  to: instantSchema,
  window: z.enum(['hour', 'day', 'month']).optional(),
  groupBy: textOrTexts
    .optional()
    .describe('A dimension of the meter; repeat it or separate by commas.'),
  timeZone: timeZoneSchema.optional().describe('Of the windows; UTC by default.'),
};

const filterName = /^filter\[(.+)\]$/;

/** `filter[dimension]=value` is open in its names; any other unknown parameter is refused. */
const usageQuery = z
  .object(usageFields)
  .catchall(textOrTexts)
  .superRefine((query, context) => {
    for (const name of Object.keys(query)) {
      if (Object.hasOwn(usageFields, name) || filterName.test(name)) continue;
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'is not a parameter of this call',
      });
    }
  });

const spendQuery = z.strictObject({
  at: instantSchema.optional().describe('Picks the period; now by default.'),
  subscription: z.string().max(128).optional(),
});

const reconciliationQuery = z.strictObject({
  from: instantSchema.optional(),
  to: instantSchema.optional(),
});

export function registerUsageRoutes(app: ApiApp, { reads }: ApiDependencies): void {
  app.get(
    '/v1/usage',
    {
      schema: {
        tags: ['usage'],
        summary: 'Metered quantities by event time',
        querystring: usageQuery,
        response: {
          200: z.looseObject({ asOf: z.array(z.unknown()), data: z.array(z.unknown()) }),
        },
      },
    },
    async (request) => {
      const { query } = request;
      assertAscending(query);
      const filters = Object.entries(query).flatMap(([name, value]) => {
        const dimension = filterName.exec(name)?.[1];
        return dimension === undefined ? [] : [[dimension, listOf(value as string | string[])]];
      });
      const answer = await reads.usage({
        tenant: callerOf(request).tenant,
        customer: query.customer,
        meter: query.meter,
        from: query.from,
        to: query.to,
        window: query.window,
        timeZone: query.timeZone,
        groupBy:
          query.groupBy === undefined
            ? []
            : listOf(query.groupBy).flatMap((text) => text.split(',')),
        filter: Object.fromEntries(filters) as Record<string, string[]>,
      });
      return answer as { asOf: unknown[]; data: unknown[] };
    },
  );

  app.get(
    '/v1/customers/:key/spend',
    {
      schema: {
        tags: ['usage'],
        summary: 'What the close would bill now',
        params: z.object({ key: z.string() }),
        querystring: spendQuery,
        response: { 200: z.looseObject({ customer: z.string() }) },
      },
    },
    async (request) => {
      const { at, subscription } = request.query;
      const { tenant } = callerOf(request);
      return reads.spend({ tenant, customer: request.params.key, at, subscription }) as Promise<{
        customer: string;
      }>;
    },
  );

  app.get(
    '/v1/reconciliation',
    {
      schema: {
        tags: ['usage'],
        summary: 'The conservation equations, both sides and their difference',
        querystring: reconciliationQuery,
        response: { 200: z.looseObject({ reconciled: z.boolean() }) },
      },
    },
    async (request) => {
      const { from, to } = request.query;
      assertAscending({ from, to });
      const { tenant } = callerOf(request);
      return reads.reconciliation({ tenant, from, to }) as Promise<{ reconciled: boolean }>;
    },
  );
}

function listOf(value: string | readonly string[]): string[] {
  return typeof value === 'string' ? [value] : [...value];
}
