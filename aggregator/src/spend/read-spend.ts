/**
 * What a subscription would be billed if its period ended with what is known now: the close's own path over everything below
 * the greatest progress, without the comparison and without writing. What the stream has rated already is taken from its
 * totals.
 */
import { AppError } from '@tidemark/platform/errors';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { MeterChange } from '@tidemark/rater/catalog';
import type { Progress } from '@tidemark/rater/ports';
import { previewBatch } from '../close/bill-batch.ts';
import type { BillingContext } from '../close/billing-context.ts';
import type { InvoiceDraft, Cut, DueInstant } from '../ports.ts';
import { createPlanCompiler, meterCatalog } from '../close/pricing/compiled-plan.ts';
import { boundOfCut, boundOfProgress } from '../store/log-bound.ts';
import { logPositions } from '../store/log-position.ts';
import type { LogPosition } from '../store/log-position.ts';
import { readProgress } from '../store/read-progress.ts';
import { isStreamAtEpoch, readSpendStates } from './read-spend-states.ts';

export interface SpendQuery {
  /** The billing instant at the end of the period that is asked for, as the close would get it. */
  readonly due: DueInstant;
  /** All versions of the tenant's meters. */
  readonly meters: readonly MeterChange[];
  readonly catalogEpoch: number;
  /**
   * Whether `due` and `meters` are exactly what that epoch says; false while a change is on its way. Then everything is
   * computed from the stored events, because the stream may not know the terms yet.
   */
  readonly isPublished: boolean;
}

export interface Spend {
  /** As the close would issue it; `null` where nothing is due at the instant. */
  readonly draft: InvoiceDraft | null;
  /** The log prefix that it includes. */
  readonly asOf: readonly LogPosition[];
}

/** @throws AppError with the price's own code where it refuses its usage (a negative total under `reject`). */
export async function readSpend(clickHouse: ClickHouse, query: SpendQuery): Promise<Spend> {
  const { due, catalogEpoch, isPublished } = query;
  const progress = await readProgress(clickHouse);
  const meters = meterCatalog(query.meters);
  const asOf = logPositions(progress);
  const context: BillingContext = {
    clickHouse,
    tenant: due.tenant,
    cut: cutOfProgress(progress),
    bound: boundOfProgress(progress),
    boundOf: (cut) => boundOfCut(cut, progress),
    compile: createPlanCompiler(meters),
    proof: { cut: asOf, catalogEpoch },
  };
  const readStates =
    isPublished && isStreamAtEpoch(progress, catalogEpoch) ? readSpendStates : undefined;
  const { drafts, halted } = await previewBatch(context, [due], readStates);
  const [refused] = halted;
  if (refused !== undefined) {
    throw new AppError(
      'conflict',
      refused.reason,
      refused.detail ?? 'The price refuses its usage.',
    );
  }
  return { draft: drafts[0] ?? null, asOf };
}

/** The newest life of the log, as far as it is processed. */
function cutOfProgress(progress: readonly Progress[]): Cut {
  const incarnation = progress.reduce((newest, row) => Math.max(newest, row.incarnation), 0);
  const own = progress.filter((row) => row.incarnation === incarnation);
  const partitions = progress.reduce((most, { partition }) => Math.max(most, partition + 1), 0);
  const offsets = Array.from(
    { length: partitions },
    (_, partition) => own.find((row) => row.partition === partition)?.next ?? 0,
  );
  return { incarnation, offsets };
}
