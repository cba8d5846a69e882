/** The public JSON of the control plane's objects, and its schemas for the OpenAPI document. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import { z } from 'zod';
import type { Meter } from '../../catalog/meter.ts';
import type { Plan } from '../../catalog/plan.ts';
import type { Customer } from '../../customers/customer.ts';
import { statusAt, isPaused, phaseAt } from '../../subscriptions/subscription.ts';
import type { Subscription, SubscriptionEvent } from '../../subscriptions/subscription.ts';
import type { ApiKey } from '../../tenants/api-key.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { PeriodClose } from '@tidemark/aggregator/ports';

const instant = z.string().meta({ format: 'date-time' });
const nullableInstant = instant.nullable();

export const tenantDocument = z.object({
  key: z.string(),
  name: z.string(),
  operator: z.boolean(),
  acceptanceWindow: z.object({ pastSeconds: z.number(), futureSeconds: z.number() }),
  rounding: z.looseObject({}),
  policies: z.looseObject({}),
  createdAt: instant,
  updatedAt: instant,
  adminKey: z
    .string()
    .nullable()
    .optional()
    .describe('Of a new tenant: its first key, shown once.'),
});

export function toTenantDocument(tenant: Tenant): z.output<typeof tenantDocument> {
  const { rounding, policies } = tenant;
  return { ...tenant, rounding: { ...rounding }, policies: { ...policies }, ...timesOf(tenant) };
}

export const apiKeyDocument = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  createdAt: instant,
  expiresAt: nullableInstant,
  revokedAt: nullableInstant,
  rotatedTo: z.string().nullable(),
  key: z.string().nullable().optional().describe('The key itself, shown once when it is made.'),
});

export function toApiKeyDocument(apiKey: ApiKey): z.output<typeof apiKeyDocument> {
  return {
    ...apiKey,
    scopes: [...apiKey.scopes],
    createdAt: formatInstant(apiKey.createdAt),
    expiresAt: textOf(apiKey.expiresAt),
    revokedAt: textOf(apiKey.revokedAt),
  };
}

export const meterDocument = z.looseObject({
  key: z.string(),
  eventType: z.string(),
  aggregation: z.string(),
  version: z.number(),
  effectiveFrom: nullableInstant,
  createdAt: instant,
  updatedAt: instant,
});

export function toMeterDocument(meter: Meter): z.output<typeof meterDocument> {
  return {
    ...meter.definition,
    version: meter.version,
    effectiveFrom: textOf(meter.effectiveFrom),
    ...timesOf(meter),
  };
}

export const planDocument = z.object({
  key: z.string(),
  name: z.string(),
  version: z.number(),
  latestVersion: z.number(),
  currency: z.string(),
  cadence: z.unknown(),
  minimum: z.string().nullable(),
  maximum: z.string().nullable(),
  charges: z.array(z.looseObject({ key: z.string() })),
  createdAt: instant,
  versionCreatedAt: instant,
  updatedAt: instant,
});

export function toPlanDocument(plan: Plan): z.output<typeof planDocument> {
  const { planCreatedAt, createdAt, updatedAt, charges, ...rest } = plan;
  return {
    ...rest,
    charges: [...charges],
    createdAt: formatInstant(planCreatedAt),
    versionCreatedAt: formatInstant(createdAt),
    updatedAt: formatInstant(updatedAt),
  };
}

export const customerDocument = z.object({
  key: z.string(),
  name: z.string(),
  currency: z.string().nullable(),
  timeZone: z.string(),
  emails: z.array(z.string()),
  address: z.looseObject({}).nullable(),
  taxIds: z.array(z.looseObject({})),
  state: z.enum(['active', 'archived']),
  parent: z.string().nullable(),
  metadata: z.looseObject({}),
  createdAt: instant,
  updatedAt: instant,
});

export function toCustomerDocument(customer: Customer): z.output<typeof customerDocument> {
  const { address, emails, metadata, taxIds } = customer;
  return {
    ...customer,
    emails: [...emails],
    address: address === null ? null : { ...address },
    taxIds: [...taxIds],
    metadata: { ...metadata },
    ...timesOf(customer),
  };
}

const span = z.object({ from: instant, to: instant });

export const subscriptionDocument = z.object({
  id: z.string(),
  customer: z.string(),
  plan: z.string(),
  planVersion: z.number(),
  status: z.enum(['scheduled', 'active', 'paused', 'ended']),
  startsAt: instant,
  endsAt: nullableInstant,
  anchor: z.enum(['calendar', 'anniversary']),
  cadence: z.unknown(),
  timeZone: z.string(),
  currentPeriod: span.nullable(),
  phases: z.array(
    z.object({ from: instant, plan: z.string(), version: z.number(), paused: z.boolean() }),
  ),
  metadata: z.looseObject({}),
  createdAt: instant,
  updatedAt: instant,
});

export function toSubscriptionDocument(
  subscription: Subscription,
  now: Instant,
): z.output<typeof subscriptionDocument> {
  const { currentPeriod, phases, startsAt, endsAt } = subscription;
  const phase = phaseAt(phases, now);
  return {
    id: subscription.id,
    customer: subscription.customer,
    plan: phase?.plan ?? '',
    planVersion: Math.abs(phase?.version ?? 0),
    status: statusAt(subscription, now),
    startsAt: formatInstant(startsAt),
    endsAt: textOf(endsAt),
    anchor: subscription.anchor,
    cadence: subscription.cadence,
    timeZone: subscription.timeZone,
    currentPeriod:
      currentPeriod === null
        ? null
        : { from: formatInstant(currentPeriod.from), to: formatInstant(currentPeriod.to) },
    phases: phases.map((each) => ({
      from: formatInstant(each.from),
      plan: each.plan,
      version: Math.abs(each.version),
      paused: isPaused(each),
    })),
    metadata: { ...subscription.metadata },
    ...timesOf(subscription),
  };
}

export const subscriptionEventDocument = z.object({
  id: z.string(),
  kind: z.string(),
  recordedAt: instant,
  effectiveAt: instant,
  apiKey: z.string().nullable(),
  details: z.looseObject({}),
});

export function toSubscriptionEventDocument(
  event: SubscriptionEvent,
): z.output<typeof subscriptionEventDocument> {
  return {
    id: event.id,
    kind: event.kind,
    recordedAt: formatInstant(event.recordedAt),
    effectiveAt: formatInstant(event.effectiveAt),
    apiKey: event.keyId,
    details: { ...event.details },
  };
}

export const periodCloseDocument = z.object({
  id: z.string(),
  through: instant,
  customers: z.array(z.string()).nullable(),
  dryRun: z.boolean(),
  status: z.enum(['queued', 'running', 'done', 'halted', 'failed']),
  subscriptionsDone: z.number(),
  subscriptionsTotal: z.number(),
  invoices: z.number(),
  halted: z.array(z.looseObject({})),
  totals: z.record(z.string(), z.string()),
  catalogEpoch: z.number(),
  cut: z.array(z.object({ partition: z.number(), offset: z.string() })),
});

export function toPeriodCloseDocument(close: PeriodClose): z.output<typeof periodCloseDocument> {
  return {
    id: close.id,
    through: formatInstant(close.through),
    customers: close.customers === null ? null : [...close.customers],
    dryRun: close.dryRun,
    status: close.status,
    subscriptionsDone: close.subscriptionsDone,
    subscriptionsTotal: close.subscriptionsTotal,
    invoices: close.invoices,
    halted: close.halted.map((part) => ({
      ...part,
      ...(part.offset === undefined ? {} : { offset: String(part.offset) }),
    })),
    totals: { ...close.totals },
    catalogEpoch: close.catalogEpoch,
    cut: close.cut.offsets.map((offset, partition) => ({ partition, offset: String(offset) })),
  };
}

function timesOf(value: { readonly createdAt: Instant; readonly updatedAt: Instant }) {
  return { createdAt: formatInstant(value.createdAt), updatedAt: formatInstant(value.updatedAt) };
}

function textOf(value: Instant | null): string | null {
  return value === null ? null : formatInstant(value);
}
