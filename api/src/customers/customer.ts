/** A customer of a tenant: the subject of usage events and who is billed for them. */
import { z } from 'zod';
import type { Instant } from '@tidemark/platform/clock';
import { currencySchema, keySchema, metadataSchema, timeZoneSchema } from '../values/formats.ts';

const addressSchema = z.strictObject({
  line1: z.string().max(256).optional(),
  line2: z.string().max(256).optional(),
  city: z.string().max(128).optional(),
  state: z.string().max(128).optional(),
  postalCode: z.string().max(32).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as DE')
    .optional(),
});

const taxIdSchema = z.strictObject({
  type: z.string().min(1).max(32),
  value: z.string().min(1).max(64),
});

const customerFields = {
  name: z.string().min(1).max(256).optional(),
  currency: currencySchema.nullable().optional(),
  timeZone: timeZoneSchema.optional().describe('Of the billing periods; UTC by default.'),
  emails: z.array(z.email().max(320)).max(20).optional(),
  address: addressSchema.nullable().optional(),
  taxIds: z.array(taxIdSchema).max(20).optional(),
  state: z.enum(['active', 'archived']).optional(),
  parent: keySchema.nullable().optional(),
  metadata: metadataSchema.optional(),
};

export const createCustomerSchema = z.strictObject({ key: keySchema, ...customerFields });
export const updateCustomerSchema = z.strictObject(customerFields);

export type CustomerCommand = z.output<typeof createCustomerSchema>;
export type CustomerUpdate = z.output<typeof updateCustomerSchema>;

export interface Customer {
  readonly key: string;
  readonly name: string;
  readonly currency: string | null;
  readonly timeZone: string;
  readonly emails: readonly string[];
  readonly address: z.output<typeof addressSchema> | null;
  readonly taxIds: readonly z.output<typeof taxIdSchema>[];
  readonly state: 'active' | 'archived';
  readonly parent: string | null;
  readonly metadata: z.output<typeof metadataSchema>;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export type CustomerContent = Omit<Customer, 'createdAt' | 'updatedAt'>;

/** A command with every default filled in. */
export function contentOf(command: CustomerCommand): CustomerContent {
  return {
    key: command.key,
    name: command.name ?? command.key,
    currency: command.currency ?? null,
    timeZone: command.timeZone ?? 'UTC',
    emails: command.emails ?? [],
    address: command.address ?? null,
    taxIds: command.taxIds ?? [],
    state: command.state ?? 'active',
    parent: command.parent ?? null,
    metadata: command.metadata ?? {},
  };
}

/** What stays where a command does not name it. */
export function merge(customer: Customer, update: CustomerUpdate): CustomerContent {
  const { address, currency, emails, key, metadata, name, parent, state, taxIds, timeZone } =
    customer;
  const current = {
    address,
    currency,
    emails,
    key,
    metadata,
    name,
    parent,
    state,
    taxIds,
    timeZone,
  };
  const named = Object.fromEntries(
    Object.entries(update).filter(([, value]) => value !== undefined),
  ) as Partial<CustomerContent>;
  return { ...current, ...named };
}
