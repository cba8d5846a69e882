/**
 * What the period close and the spend reads need from the control plane; implemented by `@tidemark/api` on Postgres.
 */
import type { Instant } from '@tidemark/platform/clock';
import type { CatalogChange } from '@tidemark/rater/catalog';
import type { Invoice } from './close/invoice.ts';

/** A log prefix: for every partition all records below `offset`. */
export interface Cut {
  readonly incarnation: number;
  /** Index = partition. */
  readonly offsets: readonly number[];
}

export type CloseStatus = 'queued' | 'running' | 'done' | 'halted' | 'failed';

export interface CloseRequest {
  readonly tenant: string;
  /** Bills every billing instant at or before this one. */
  readonly through: Instant;
  /** Only these customers; `null`: all. */
  readonly customers: readonly string[] | null;
  readonly dryRun: boolean;
}

/** A close job. Cut and epoch are fixed in the transaction that starts it and never change. */
export interface PeriodClose extends CloseRequest {
  readonly id: string;
  readonly status: CloseStatus;
  readonly cut: Cut;
  readonly catalogEpoch: number;
  readonly halted: readonly HaltedPart[];
  readonly subscriptionsDone: number;
  readonly subscriptionsTotal: number;
  /** Invoices of `through` in the scope of the request, whoever issued them: closing again answers the same. */
  readonly invoices: number;
  /** Sum of their totals by currency, decimal strings. */
  readonly totals: Readonly<Record<string, string>>;
}

export interface HaltedPart {
  readonly reason: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly subscription?: string;
  readonly detail?: string;
}

/** A subscription at one billing instant, with all that pricing needs; a pure function of the catalog epoch. */
export interface DueInstant {
  readonly tenant: string;
  readonly subscription: string;
  readonly customer: string;
  readonly timeZone: string;
  readonly instant: Instant;
  /** 1 for the invoice of the instant; above: a later one for usage that came after the subscription's last invoice. */
  readonly revision: number;
  /** Period that ends at the instant; `null` at the subscription's start and in a later revision. */
  readonly ending: DuePeriod | null;
  /** Period that starts at the instant; `null` where the subscription has ended. */
  readonly starting: DuePeriod | null;
  /** Earlier periods of the subscription that have an invoice, with what was billed for them so far. */
  readonly closed: readonly ClosedPeriod[];
}

export interface DuePeriod {
  /** Inclusive; equals the period boundary that the rater writes as `charge_totals.period_start`. */
  readonly from: Instant;
  /** Exclusive; the subscription's end where it ends inside its billing period. */
  readonly to: Instant;
  /** In force at `from`. */
  readonly plan: PlanTerms;
  /**
   * The whole billing period where the subscription covers only a part of it (it starts or ends inside): [from, to) is
   * then the service that prorates what a charge's `proration` names. Absent: [from, to) is the whole period.
   */
  readonly nominal?: { readonly from: Instant; readonly to: Instant };
  /** Ascending changes of the plan inside the period; each opens a segment by event time with its own totals. */
  readonly changes?: readonly PlanTermsChange[];
}

export interface PlanTermsChange {
  readonly from: Instant;
  readonly plan: PlanTerms;
}

export interface PlanTerms {
  readonly plan: string;
  readonly version: number;
  readonly name: string;
  readonly currency: string;
  /** Public JSON of the charges, validated. */
  readonly charges: readonly unknown[];
  readonly minimum: string | null;
  readonly maximum: string | null;
}

export interface ClosedPeriod {
  readonly period: DuePeriod;
  /** Cut up to which events of this period are billed (invoice and later adjustments). */
  readonly billedCut: Cut;
  /** Rounded amounts billed so far by charge key (and `minimum` for the plan's true-up), decimal strings. */
  readonly billed: Readonly<Record<string, string>>;
}

/** An invoice before it has id, number and times of issue. */
export interface InvoiceDraft {
  readonly due: Pick<DueInstant, 'tenant' | 'subscription' | 'customer' | 'instant'>;
  readonly document: Omit<Invoice, 'id' | 'number' | 'issuedAt' | 'dueAt' | 'status'>;
  /** New cumulative amounts per period start that this invoice bills or adjusts. */
  readonly billed: readonly PeriodBilled[];
}

export interface PeriodBilled {
  readonly periodFrom: Instant;
  readonly amounts: Readonly<Record<string, string>>;
}

/** The close's view of Postgres. */
export interface CloseLedger {
  /**
   * In one transaction under the epoch row lock: checks that every catalog epoch is published and acknowledged, reads
   * the end offsets and stores the job. Reuses an unfinished job of the same request.
   */
  openClose(request: CloseRequest): Promise<PeriodClose>;
  readClose(tenant: string, id: string): Promise<PeriodClose | null>;
  /** Jobs that are queued or running (of any process), for resuming. */
  unfinishedCloses(): Promise<PeriodClose[]>;
  /**
   * Billing instants at or before `through` without an invoice, in (instant, subscription) order, after the cursor. A
   * subscription appears with a later instant only once the earlier one has its invoice (or `dryRun`). A start where nothing
   * is in advance is no billing instant and is left out. A subscription that is billed to its end appears at its end with
   * the next revision, for late usage, once for every greater `through`.
   */
  dueInstants(close: PeriodClose, after: DueCursor | null, limit: number): Promise<DueInstant[]>;
  /**
   * One transaction: invoices, lines, outbox and billed amounts; an invoice that exists already is left as it is. Of a dry
   * run it keeps the totals for the job only.
   */
  issueInvoices(close: PeriodClose, drafts: readonly InvoiceDraft[]): Promise<void>;
  updateClose(close: PeriodClose, update: CloseUpdate): Promise<PeriodClose>;
  /** Meters in force at the epoch. */
  catalogMeters(
    tenant: string,
    epoch: number,
  ): Promise<Extract<CatalogChange, { kind: 'meter' }>[]>;
}

export type CloseUpdate = Partial<Pick<PeriodClose, 'status' | 'halted' | 'subscriptionsDone'>>;

export interface DueCursor {
  readonly instant: Instant;
  readonly subscription: string;
}
