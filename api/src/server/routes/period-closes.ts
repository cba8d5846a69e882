import { z } from 'zod';
import { invalidCommand, notFound } from '../../problems.ts';
import { listPeriodCloses } from '../../invoices/period-close-rows.ts';
import { extendPeriods } from '../../subscriptions/period-extension.ts';
import { instantSchema, keySchema } from '../../values/formats.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { periodCloseDocument, toPeriodCloseDocument } from '../shared/documents.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';

const tags = ['period closes'];
const createSchema = z.strictObject({
  through: instantSchema.describe('Bills every billing instant at or before it.'),
  customers: z.array(keySchema).min(1).max(10_000).optional().describe('All by default.'),
  dryRun: z.boolean().optional(),
});

const microsecondsPerDay = 86_400_000_000;
/** Billing ahead of time further than this is a slip of the pen. */
const aheadMax = 400 * microsecondsPerDay;

export function registerPeriodCloseRoutes(
  app: ApiApp,
  { controlPlane, wakeCloses }: ApiDependencies,
): void {
  const { clock, closeLedger, customers, database } = controlPlane;

  app.post(
    '/v1/period-closes',
    {
      schema: {
        tags,
        summary: 'Close billing periods: a job that turns them into invoices',
        body: createSchema,
        response: { 202: periodCloseDocument },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request);
      const { customers: asked, dryRun = false, through } = request.body;
      const now = clock.now();
      if (through > now + aheadMax) {
        throw invalidCommand('api/through-too-far', 'A close reaches at most 400 days ahead.');
      }
      if (asked !== undefined) {
        const known = await customers.findMany(database, tenant, asked);
        const unknown = asked.findIndex((key) => !known.has(key));
        if (unknown >= 0) {
          throw invalidCommand(
            'api/unknown-customer',
            `There is no customer "${asked[unknown] ?? ''}".`,
            [{ path: `customers[${unknown}]`, message: 'names no customer' }],
          );
        }
      }
      // A close ahead of time needs periods that would not be written yet.
      if (through > now) await extendPeriods(database, clock, { tenant, until: through });
      const close = await closeLedger.openClose({
        tenant,
        through,
        customers: asked ?? null,
        dryRun,
      });
      wakeCloses?.();
      return reply
        .code(202)
        .header('location', `/v1/period-closes/${close.id}`)
        .send(toPeriodCloseDocument(close));
    },
  );

  app.get(
    '/v1/period-closes',
    {
      schema: {
        tags,
        summary: 'List closes in the order in which they were asked for',
        querystring: listQuerySchema,
        response: { 200: pageSchema(periodCloseDocument) },
      },
    },
    (request) =>
      answerList(controlPlane, request, {
        query: request.query,
        read: (page) => listPeriodCloses(database, callerOf(request).tenant, page),
        document: toPeriodCloseDocument,
      }),
  );

  app.get(
    '/v1/period-closes/:id',
    {
      schema: {
        tags,
        summary: 'Read a close and how far it is',
        params: z.object({ id: z.string() }),
        response: { 200: periodCloseDocument },
      },
    },
    async (request) => {
      const { id } = request.params;
      const close = await closeLedger.readClose(callerOf(request).tenant, id);
      if (close === null) throw notFound('period close', id);
      return toPeriodCloseDocument(close);
    },
  );
}
