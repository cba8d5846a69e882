import { z } from 'zod';
import {
  readSubscription,
  listSubscriptions,
  readTimeline,
} from '../../subscriptions/subscription-rows.ts';
import {
  cancelSubscriptionSchema,
  changeSubscriptionSchema,
  createSubscriptionSchema,
  subscriptionIdSchema,
  suspendSubscriptionSchema,
} from '../../subscriptions/subscription.ts';
import { keySchema } from '../../values/formats.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import {
  subscriptionDocument,
  subscriptionEventDocument,
  toSubscriptionDocument,
  toSubscriptionEventDocument,
} from '../shared/documents.ts';
import { answerList, listFields, listQuerySchema, pageSchema } from '../shared/list-query.ts';
import { settle } from '../shared/settle.ts';

const tags = ['subscriptions'];
const idParams = z.object({ id: subscriptionIdSchema });
const listQuery = z.strictObject({
  ...listFields,
  customer: keySchema.optional(),
  plan: keySchema.optional(),
});

export function registerSubscriptionRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { clock, database, subscriptions } = controlPlane;

  app.post(
    '/v1/subscriptions',
    {
      schema: {
        tags,
        summary: 'Subscribe a customer to a plan',
        body: createSubscriptionSchema,
        response: { 201: subscriptionDocument },
      },
    },
    async (request, reply) => {
      const { result, ticket } = await subscriptions.create(callerOf(request), request.body);
      await settle(controlPlane, ticket, reply);
      return reply.code(201).send(toSubscriptionDocument(result, clock.now()));
    },
  );

  app.get(
    '/v1/subscriptions',
    {
      schema: {
        tags,
        summary: 'List subscriptions',
        querystring: listQuery,
        response: { 200: pageSchema(subscriptionDocument) },
      },
    },
    (request) => {
      const now = clock.now();
      return answerList(controlPlane, request, {
        query: request.query,
        read: (page) =>
          listSubscriptions(database, callerOf(request).tenant, request.query, { ...page, now }),
        document: (subscription) => toSubscriptionDocument(subscription, now),
      });
    },
  );

  app.get(
    '/v1/subscriptions/:id',
    {
      schema: {
        tags,
        summary: 'Read a subscription',
        params: idParams,
        response: { 200: subscriptionDocument },
      },
    },
    async (request) => {
      const now = clock.now();
      const { tenant } = callerOf(request);
      return toSubscriptionDocument(
        await readSubscription(database, tenant, request.params.id, now),
        now,
      );
    },
  );

  app.get(
    '/v1/subscriptions/:id/events',
    {
      schema: {
        tags,
        summary: 'What happened to a subscription, oldest first',
        params: idParams,
        querystring: listQuerySchema,
        response: { 200: pageSchema(subscriptionEventDocument) },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { id } = request.params;
      await readSubscription(database, tenant, id, clock.now());
      return answerList(controlPlane, request, {
        query: request.query,
        read: (page) => readTimeline(database, tenant, id, page),
        document: toSubscriptionEventDocument,
      });
    },
  );

  registerSubscriptionCommands(app, { controlPlane });
}

const summaries = {
  pause: 'Charge nothing until it is resumed; usage in between is stored and stays free',
  resume: 'Go on with the version that was paused',
} as const;

function registerSubscriptionCommands(
  app: ApiApp,
  { controlPlane }: Pick<ApiDependencies, 'controlPlane'>,
): void {
  const { clock, subscriptions } = controlPlane;

  app.post(
    '/v1/subscriptions/:id/cancel',
    {
      schema: {
        tags,
        summary: 'End a subscription: now, with its period, or at an instant',
        params: idParams,
        body: cancelSubscriptionSchema.nullish(),
        response: { 200: subscriptionDocument },
      },
    },
    async (request, reply) => {
      const { result, ticket } = await subscriptions.cancel(
        callerOf(request),
        request.params.id,
        request.body ?? {},
      );
      await settle(controlPlane, ticket, reply);
      return toSubscriptionDocument(result, clock.now());
    },
  );

  app.post(
    '/v1/subscriptions/:id/change',
    {
      schema: {
        tags,
        summary: 'Move a subscription to another plan or version',
        params: idParams,
        body: changeSubscriptionSchema,
        response: { 200: subscriptionDocument },
      },
    },
    async (request, reply) => {
      const { result, ticket } = await subscriptions.change(
        callerOf(request),
        request.params.id,
        request.body,
      );
      await settle(controlPlane, ticket, reply);
      return toSubscriptionDocument(result, clock.now());
    },
  );

  for (const command of ['pause', 'resume'] as const) {
    app.post(
      `/v1/subscriptions/:id/${command}`,
      {
        schema: {
          tags,
          summary: summaries[command],
          params: idParams,
          body: suspendSubscriptionSchema.nullish(),
          response: { 200: subscriptionDocument },
        },
      },
      async (request, reply) => {
        const { result, ticket } = await subscriptions[command](
          callerOf(request),
          request.params.id,
          request.body ?? {},
        );
        await settle(controlPlane, ticket, reply);
        return toSubscriptionDocument(result, clock.now());
      },
    );
  }
}
