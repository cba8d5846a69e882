/**
 * The period close of one job. Any process may run it, twice or at once, and it may be killed anywhere: every step reads
 * what is below the job's fixed cut, and an invoice that exists is left as it is. The list in `closePeriod` is the order.
 */
import { isAppError } from '@tidemark/platform/errors';
import { failpoint } from '@tidemark/platform/failpoint';
import { partitionOf } from '@tidemark/ingest/contract';
import type { Progress } from '@tidemark/rater/ports';
import type { DueInstant, HaltedPart, PeriodClose } from '../ports.ts';
import { boundOfCut } from '../store/log-bound.ts';
import type { LogBound } from '../store/log-bound.ts';
import { readProgress } from '../store/read-progress.ts';
import { auditBelowCut } from './audit/audit-below-cut.ts';
import type { AuditFinding } from './audit/audit-below-cut.ts';
import { billDueInstants } from './bill-due-instants.ts';
import type { BillingContext } from './billing-context.ts';
import type { CloseDependencies } from './close-dependencies.ts';
import { createPlanCompiler, meterCatalog } from './pricing/compiled-plan.ts';
import { repairLosses } from './repair/repair-losses.ts';
import { waitForCut } from './wait-for-cut.ts';

/** What a close has found out so far; each step returns the next one. */
interface CloseRun {
  readonly close: PeriodClose;
  readonly progress: readonly Progress[];
  readonly bound: LogBound;
  readonly halted: readonly HaltedPart[];
  /** Partitions whose subscriptions must not be billed now. */
  readonly haltedPartitions: ReadonlySet<number>;
}

type Step = (run: CloseRun, dependencies: CloseDependencies) => Promise<CloseRun>;

const order: readonly Step[] = [startClose, waitForRaters, auditStoredEvents, billSubscriptions];

/**
 * Runs a job to its end: `done`, or `halted` where a part of it could not be billed (everything else was). A store that
 * cannot be reached rejects with its retryable fault and leaves the job as it is; a fault of ours makes it `failed`.
 */
export async function closePeriod(
  close: PeriodClose,
  dependencies: CloseDependencies,
): Promise<PeriodClose> {
  let run = emptyRun(close);
  try {
    for (const step of order) {
      dependencies.throwIfStopped?.();
      run = await step(run, dependencies);
    }
  } catch (error) {
    if (isAppError(error) && error.retryable) throw error;
    await dependencies.ledger.updateClose(run.close, {
      status: 'failed',
      halted: [failure(error)],
    });
    throw error;
  }
  const status = run.halted.length > 0 ? 'halted' : 'done';
  const { haltedMax } = dependencies.limits;
  failpoint('close/before-done');
  return dependencies.ledger.updateClose(run.close, {
    status,
    halted: run.halted.slice(0, haltedMax),
  });
}

function emptyRun(close: PeriodClose): CloseRun {
  const bound = boundOfCut(close.cut, []);
  return { close, progress: [], bound, halted: [], haltedPartitions: new Set() };
}

async function startClose(run: CloseRun, { ledger }: CloseDependencies): Promise<CloseRun> {
  const close = await ledger.updateClose(run.close, { status: 'running' });
  failpoint('close/started');
  return { ...run, close };
}

async function waitForRaters(run: CloseRun, dependencies: CloseDependencies): Promise<CloseRun> {
  const { clickHouse, limits, nowMs, onProgress, sleep } = dependencies;
  const { close } = run;
  const behind = await waitForCut(close.cut, partitionsOf(close), {
    readProgress: () => readProgress(clickHouse),
    sleep,
    nowMs,
    stallMs: limits.stallMs,
    pollMs: limits.pollMs,
    onWait: (waiting) => onProgress?.({ kind: 'waiting', close, behind: waiting }),
  });
  failpoint('close/waited');
  const progress = await readProgress(clickHouse);
  const halted = behind.map(({ partition, next }) => ({
    reason: 'partition-behind',
    partition,
    offset: next,
    detail: `the rater stands at offset ${next}, before the cut`,
  }));
  return haltPartitions({ ...run, progress, bound: boundOfCut(close.cut, progress) }, halted);
}

async function auditStoredEvents(
  run: CloseRun,
  dependencies: CloseDependencies,
): Promise<CloseRun> {
  const { close, bound, progress } = run;
  dependencies.onProgress?.({ kind: 'auditing', close });
  const { tenant } = close;
  const concerned = new Set(partitionsOf(close));
  const audit = async (): Promise<AuditFinding[]> => {
    const found = await auditBelowCut(dependencies.clickHouse, { tenant, bound, progress });
    return found.filter(
      ({ partition }) => concerned.has(partition) && !run.haltedPartitions.has(partition),
    );
  };
  let halted: readonly AuditFinding[] = await audit();
  const { onProgress, reEmit } = dependencies;
  if (reEmit !== undefined) {
    const onRepair = (part: AuditFinding): void => onProgress?.({ kind: 'repairing', close, part });
    halted = await repairLosses(halted, { reEmit, audit, onRepair });
  }
  for (const part of halted) dependencies.onAlarm?.(close, part);
  failpoint('close/audited');
  return haltPartitions(run, halted);
}

async function billSubscriptions(
  run: CloseRun,
  dependencies: CloseDependencies,
): Promise<CloseRun> {
  const { close, progress, bound } = run;
  const { clickHouse, ledger } = dependencies;
  const meters = meterCatalog(await ledger.catalogMeters(close.tenant, close.catalogEpoch));
  const context: BillingContext = {
    clickHouse,
    tenant: close.tenant,
    cut: close.cut,
    bound,
    boundOf: (cut) => boundOfCut(cut, progress),
    compile: createPlanCompiler(meters),
    proof: {
      cut: close.cut.offsets.map((offset, partition) => ({ partition, offset: String(offset) })),
      catalogEpoch: close.catalogEpoch,
    },
  };
  const isHalted = (due: DueInstant): boolean =>
    run.haltedPartitions.has(partitionOfCustomer(close, due.customer));
  const billed = await billDueInstants(context, { close, isHalted }, dependencies);
  return { ...run, close: billed.close, halted: [...run.halted, ...billed.halted] };
}

function haltPartitions(run: CloseRun, halted: readonly HaltedPart[]): CloseRun {
  const partitions = halted.flatMap(({ partition }) => partition ?? []);
  return {
    ...run,
    halted: [...run.halted, ...halted],
    haltedPartitions: new Set([...run.haltedPartitions, ...partitions]),
  };
}

/** The partitions that hold the customers of the job. */
function partitionsOf(close: PeriodClose): number[] {
  const all = [...close.cut.offsets.keys()];
  if (close.customers === null) return all;
  const own = new Set(close.customers.map((customer) => partitionOfCustomer(close, customer)));
  return all.filter((partition) => own.has(partition));
}

function partitionOfCustomer({ cut, tenant }: PeriodClose, customer: string): number {
  return partitionOf(tenant, customer, Math.max(1, cut.offsets.length));
}

function failure(error: unknown): HaltedPart {
  if (!isAppError(error)) return { reason: 'aggregator/unexpected' };
  return { reason: error.code, detail: error.message };
}
