/** A grant gives a customer money to be billed against, from an instant on and, where it expires, up to another. */
import { z } from 'zod';
import type { Instant } from '@tidemark/platform/clock';
import { currencySchema, instantSchema, positiveDecimalSchema } from '../values/formats.ts';

export const createGrantSchema = z.strictObject({
  name: z.string().min(1).max(256).optional(),
  amount: positiveDecimalSchema,
  currency: currencySchema.optional().describe("The customer's by default."),
  priority: z.int().min(0).max(1_000_000).optional().describe('Lower burns first; 100 by default.'),
  startsAt: instantSchema.optional().describe('Inclusive; now by default.'),
  expiresAt: instantSchema.optional().describe('Exclusive; never by default.'),
});

export const createHoldSchema = z.strictObject({
  amount: positiveDecimalSchema,
  currency: currencySchema.optional().describe("The customer's by default."),
  description: z.string().min(1).max(256).optional(),
});

export const captureHoldSchema = z.strictObject({
  amount: positiveDecimalSchema
    .optional()
    .describe('All of the hold by default; what is left of it goes back.'),
});

export type HoldCommand = z.output<typeof createHoldSchema>;
export type CaptureCommand = z.output<typeof captureHoldSchema>;

export type GrantCommand = z.output<typeof createGrantSchema>;

export interface Grant {
  readonly id: string;
  readonly customer: string;
  readonly name: string;
  readonly currency: string;
  readonly amount: string;
  /** What is left of it. */
  readonly balance: string;
  readonly priority: number;
  readonly startsAt: Instant;
  readonly expiresAt: Instant | null;
  readonly createdAt: Instant;
}

/** Credit that is set aside until it is captured or released. */
export interface Hold {
  readonly id: string;
  readonly customer: string;
  readonly currency: string;
  readonly amount: string;
  readonly captured: string;
  readonly state: 'held' | 'captured' | 'released';
  readonly description: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

type Account = 'granted' | 'balance' | 'invoices' | 'held' | 'captured';

/** One movement, from the account that it credits to the one that it debits. */
export interface Posting {
  readonly id: string;
  readonly kind: 'grant' | 'use' | 'release' | 'hold' | 'capture' | 'hold_release';
  readonly grant: string;
  readonly invoice: string | null;
  readonly hold: string | null;
  readonly currency: string;
  readonly amount: string;
  readonly debit: Account;
  readonly credit: Account;
  readonly createdAt: Instant;
}

export interface Balance {
  readonly customer: string;
  readonly at: Instant;
  /** Of the grants that are alive, by currency. */
  readonly balances: Readonly<Record<string, string>>;
}

/** The two accounts of each kind: who gives, who gets. */
export const accountsOf = {
  grant: { debit: 'balance', credit: 'granted' },
  use: { debit: 'invoices', credit: 'balance' },
  release: { debit: 'balance', credit: 'invoices' },
  hold: { debit: 'held', credit: 'balance' },
  capture: { debit: 'captured', credit: 'held' },
  hold_release: { debit: 'balance', credit: 'held' },
} as const satisfies Readonly<
  Record<Posting['kind'], { readonly debit: Account; readonly credit: Account }>
>;
