import { z } from 'zod';
import { instantSchema } from '../../values/formats.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { redriveDeadLetters } from '../redrive-dead-letters.ts';
import { callerOf } from '../shared/authentication.ts';
import { limitOf, listFields, pageSchema } from '../shared/list-query.ts';
import { assertAscending } from '../shared/time-range.ts';

const tags = ['events'];
const text = z.string().min(1).max(1024);
const page = pageSchema(z.looseObject({}));

const eventsQuery = z.strictObject({
  ...listFields,
  customer: text.optional(),
  type: text.optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
});
const conflictsQuery = z.strictObject({ ...listFields, customer: text.optional() });
const redriveSchema = z.strictObject({
  reason: text.optional().describe('Only those that died of this; all by default.'),
  limit: z.int().min(1).max(10_000).optional().describe('Letters to look at; 1,000 by default.'),
});
const redriveAnswer = z.object({
  redriven: z.number().describe('Events that are in the log again.'),
  left: z.number().describe('Letters that cannot be sent again.'),
});
const deadLettersQuery = z.strictObject({ ...listFields, reason: text.optional() });

export function registerEventRoutes(app: ApiApp, { controlPlane, reads }: ApiDependencies): void {
  app.get(
    '/v1/events',
    {
      schema: {
        tags,
        summary: 'Stored usage events, newest first',
        querystring: eventsQuery,
        response: { 200: page },
      },
    },
    async (request) => {
      const { cursor, customer, from, to, type } = request.query;
      assertAscending({ from, to });
      const { tenant } = callerOf(request);
      const limit = limitOf(request.query);
      const answer = await reads.events({ tenant, limit, cursor, customer, type, from, to });
      return { data: [...answer.data], nextCursor: answer.nextCursor };
    },
  );

  app.get(
    '/v1/events/:source/:id',
    {
      schema: {
        tags,
        summary: 'What became of one event',
        params: z.object({ source: z.string(), id: z.string() }),
        querystring: z.strictObject({ customer: text.optional() }),
        response: { 200: z.looseObject({ state: z.string() }) },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { customer } = request.query;
      return reads.event({ tenant, ...request.params, customer }) as Promise<{ state: string }>;
    },
  );

  app.get(
    '/v1/conflicts',
    {
      schema: {
        tags,
        summary: 'Copies of a known event with another payload; the first one counts',
        querystring: conflictsQuery,
        response: { 200: page },
      },
    },
    async (request) => {
      const { cursor, customer } = request.query;
      const { tenant } = callerOf(request);
      const limit = limitOf(request.query);
      const answer = await reads.conflicts({ tenant, limit, cursor, customer });
      return { data: [...answer.data], nextCursor: answer.nextCursor };
    },
  );

  app.get(
    '/v1/dead-letters',
    {
      schema: {
        tags,
        summary: 'What was logged and could not be rated, with the reason',
        querystring: deadLettersQuery,
        response: { 200: page },
      },
    },
    async (request) => {
      const { cursor, reason } = request.query;
      const { tenant } = callerOf(request);
      const limit = limitOf(request.query);
      const answer = await reads.deadLetters({ tenant, limit, cursor, reason });
      return { data: [...answer.data], nextCursor: answer.nextCursor };
    },
  );

  app.post(
    '/v1/dead-letters/redrive',
    {
      schema: {
        tags,
        summary: 'Put dead letters into the log again, under their own identities',
        body: redriveSchema.nullish(),
        response: { 200: redriveAnswer },
      },
    },
    (request) => {
      const { tenant } = callerOf(request);
      const { limit = 1000, reason } = request.body ?? {};
      const { eventLog, installationKeys: keys } = controlPlane;
      return redriveDeadLetters(
        { eventLog, keys, list: (page) => reads.deadLetters({ tenant, reason, ...page }) },
        { tenant, limit },
      );
    },
  );
}
