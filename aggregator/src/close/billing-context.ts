/** What every step of billing a batch works with. */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { Cut, DueInstant } from '../ports.ts';
import type { LogBound } from '../store/log-bound.ts';
import type { InvoiceProof } from './invoice.ts';
import type { PlanCompiler } from './pricing/compiled-plan.ts';
import type { PeriodPieces } from './pricing/period-pieces.ts';

export interface BillingContext {
  readonly clickHouse: ClickHouse;
  readonly tenant: string;
  readonly cut: Cut;
  /** All records below the cut, with those of earlier lives of the log. */
  readonly bound: LogBound;
  /** The same for the cut of an earlier close. */
  readonly boundOf: (cut: Cut) => LogBound;
  readonly compile: PlanCompiler;
  readonly proof: Omit<InvoiceProof, 'hash'>;
}

/** A due instant with its period cut into pieces. */
export interface DueItem {
  readonly due: DueInstant;
  /** Of the period that ends; `null` where none does. */
  readonly ending: PeriodPieces | null;
  /** Of the closed periods, in their order. */
  readonly closed: readonly PeriodPieces[];
}
