import { encodeSkip } from '@tidemark/ingest/contract';
import type { PartitionSkip } from '@tidemark/ingest/contract';
import { z } from 'zod';
import { invalidParameter } from '../../problems.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { assertOperator } from '../shared/operator.ts';

const offset = z.int().min(0);

const skipBody = z.strictObject({
  from: offset.describe('First offset that may be passed.'),
  to: offset.describe('Offset after the last one.'),
  reason: z.string().min(1).max(1024).describe('Why; it stays in the log for ever.'),
});
const skipDocument = z.object({
  partition: z.number(),
  incarnation: z.number(),
  from: z.number(),
  to: z.number(),
  reason: z.string(),
  by: z.string().describe('Id of the key that gave the command.'),
  at: z.string(),
  offset: z.string().describe('Where the decision stands in the log.'),
});

/** For operators: decisions about partitions of the event log. */
export function registerPartitionRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  app.post(
    '/v1/partitions/:partition/skips',
    {
      schema: {
        tags: ['operation'],
        summary: 'Let the rater pass records of a halted partition that are gone or damaged',
        description:
          'Writes a signed control record into the partition. What can be read in the range is rated as always; damaged records become dead letters.',
        params: z.object({ partition: z.coerce.number().int().min(0) }),
        body: skipBody,
        response: { 201: skipDocument },
      },
    },
    async (request, reply) => {
      const { keyId, tenant } = callerOf(request);
      assertOperator(tenant);
      const { clock, eventLog, installationKeys } = controlPlane;
      const { partition } = request.params;
      const { from, reason, to } = request.body;
      if (partition >= eventLog.partitionCount) {
        throw invalidParameter('api/unknown-partition', `There is no partition ${partition}.`);
      }
      const end = (await eventLog.endOffsets())[partition] ?? 0;
      if (from >= to || to > end) {
        const message = `The range must be ascending and end at or below ${end}, where the log ends.`;
        throw invalidParameter('api/range-not-valid', message);
      }
      const skip: PartitionSkip = {
        type: 'partition-skip',
        incarnation: eventLog.incarnation,
        partition,
        from,
        to,
        reason,
        by: keyId ?? '',
        atMs: Math.floor(clock.now() / 1000),
      };
      const record = { partition, key: null, ...encodeSkip(skip, installationKeys) };
      const [written = 0] = await eventLog.append([record]);
      request.log.warn({ ...skip, offset: written }, 'a skip was written into the log');
      const at = new Date(skip.atMs).toISOString();
      const { by, incarnation } = skip;
      const document = { partition, incarnation, from, to, reason, by, at };
      return reply.code(201).send({ ...document, offset: String(written) });
    },
  );
}
