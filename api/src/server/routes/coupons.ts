import { formatInstant } from '@tidemark/platform/clock';
import { z } from 'zod';
import { applyCouponSchema, createCouponSchema } from '../../coupons/coupon.ts';
import type { Coupon, CustomerCoupon } from '../../coupons/coupon.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiApp } from '../shared/api-app.ts';
import { callerOf } from '../shared/authentication.ts';
import { answerList, listQuerySchema, pageSchema } from '../shared/list-query.ts';

const tags = ['coupons'];
const keyParams = z.object({ key: z.string() });
const instant = z.string().meta({ format: 'date-time' });

const couponDocument = z.object({
  key: z.string(),
  name: z.string(),
  percent: z.string().nullable(),
  amount: z.string().nullable(),
  currency: z.string().nullable(),
  duration: z.union([z.enum(['once', 'forever']), z.object({ periods: z.number() })]),
  charges: z.array(z.string()).nullable().describe('Null: all lines.'),
  createdAt: instant,
  updatedAt: instant,
});

function toCouponDocument(coupon: Coupon): z.output<typeof couponDocument> {
  return {
    ...coupon,
    charges: coupon.charges === null ? null : [...coupon.charges],
    createdAt: formatInstant(coupon.createdAt),
    updatedAt: formatInstant(coupon.updatedAt),
  };
}

const customerCouponDocument = z.object({
  id: z.string(),
  customer: z.string(),
  coupon: z.string(),
  appliedAt: instant,
  uses: z.number().describe('Invoices that it took something off.'),
});

function toCustomerCouponDocument(coupon: CustomerCoupon): z.output<typeof customerCouponDocument> {
  return { ...coupon, appliedAt: formatInstant(coupon.appliedAt) };
}

export function registerCouponRoutes(app: ApiApp, { controlPlane }: ApiDependencies): void {
  const { coupons, customers } = controlPlane;

  app.post(
    '/v1/coupons',
    {
      schema: {
        tags,
        summary: 'Create a coupon',
        body: createCouponSchema,
        response: { 201: couponDocument },
      },
    },
    async (request, reply) => {
      const coupon = await coupons.create(callerOf(request).tenant, request.body);
      return reply.code(201).send(toCouponDocument(coupon));
    },
  );

  app.get(
    '/v1/coupons',
    {
      schema: {
        tags,
        summary: 'List coupons',
        querystring: listQuerySchema,
        response: { 200: pageSchema(couponDocument) },
      },
    },
    (request) =>
      answerList(controlPlane, request, {
        query: request.query,
        read: (page) => coupons.list(callerOf(request).tenant, page),
        document: toCouponDocument,
      }),
  );

  app.get(
    '/v1/coupons/:key',
    {
      schema: {
        tags,
        summary: 'Read a coupon',
        params: keyParams,
        response: { 200: couponDocument },
      },
    },
    async (request) =>
      toCouponDocument(await coupons.get(callerOf(request).tenant, request.params.key)),
  );

  app.post(
    '/v1/customers/:key/coupons',
    {
      schema: {
        tags,
        summary: 'Give a coupon to a customer, from the next invoice on',
        params: keyParams,
        body: applyCouponSchema,
        response: { 201: customerCouponDocument },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request);
      const { key } = await customers.get(tenant, request.params.key);
      const given = await coupons.apply(tenant, key, request.body.coupon);
      return reply.code(201).send(toCustomerCouponDocument(given));
    },
  );

  app.get(
    '/v1/customers/:key/coupons',
    {
      schema: {
        tags,
        summary: 'Coupons of a customer, in the order in which they are taken off',
        params: keyParams,
        querystring: listQuerySchema,
        response: { 200: pageSchema(customerCouponDocument) },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request);
      const { key } = await customers.get(tenant, request.params.key);
      return answerList(controlPlane, request, {
        query: request.query,
        read: (page) => coupons.ofCustomer(tenant, key, page),
        document: toCustomerCouponDocument,
      });
    },
  );
}
