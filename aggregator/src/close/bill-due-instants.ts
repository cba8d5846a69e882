/**
 * Walks over everything that is due, in waves, and issues what can be billed. An invoice makes the subscription's next
 * instant due, so the walk is repeated until it finds nothing new. While a wave is issued, the next one is priced: the one waits
 * for Postgres, the other for ClickHouse.
 */
import { failpoint } from '@tidemark/platform/failpoint';
import type { CloseUpdate, DueCursor, DueInstant, HaltedPart, PeriodClose } from '../ports.ts';
import { billBatch, previewBatch } from './bill-batch.ts';
import type { BilledBatch } from './bill-batch.ts';
import type { BillingContext } from './billing-context.ts';
import type { CloseDependencies } from './close-dependencies.ts';

export interface DueScope {
  readonly close: PeriodClose;
  /** Whether the subscription lies in a partition that cannot be billed. */
  readonly isHalted: (due: DueInstant) => boolean;
}

export interface BilledScope {
  readonly close: PeriodClose;
  readonly halted: readonly HaltedPart[];
}

/** Due instants asked for at once. */
const pageSize = 1000;

export async function billDueInstants(
  context: BillingContext,
  scope: DueScope,
  dependencies: CloseDependencies,
): Promise<BilledScope> {
  const tally = new Tally(scope.close);
  for (;;) {
    const before = tally.instants;
    for await (const wave of oneAhead(pricedWaves(context, tally, scope, dependencies))) {
      dependencies.throwIfStopped?.();
      await issueWave(wave, tally, dependencies);
    }
    if (scope.close.dryRun || tally.instants === before) break;
  }
  return { close: tally.close, halted: [...tally.halted.values()] };
}

/**
 * Makes the next element while the caller works on the last one. A fault is thrown where its element would have come; whoever
 * leaves early waits until nothing is being made.
 */
async function* oneAhead<Element>(
  source: AsyncGenerator<Element, void>,
): AsyncGenerator<Element, void> {
  let next = source.next();
  try {
    for (;;) {
      const made = await next;
      if (made.done === true) return;
      next = source.next();
      next.catch(() => undefined);
      yield made.value;
    }
  } finally {
    await next.catch(() => undefined);
    await source.return();
  }
}

interface PricedWave extends BilledBatch {
  readonly dues: readonly DueInstant[];
}

/** The waves are disjoint: what a wave that is not issued yet will make due comes with the next walk. */
async function* pricedWaves(
  context: BillingContext,
  tally: Tally,
  scope: DueScope,
  dependencies: CloseDependencies,
): AsyncGenerator<PricedWave, void> {
  const bill = dependencies.guards?.comparison === false ? previewBatch : billBatch;
  for await (const dues of dueWaves(tally, scope, dependencies)) {
    yield { dues, ...(await bill(context, dues)) };
  }
}

/** Due instants that this run has not seen, in lists of at most `waveSize`. */
async function* dueWaves(
  tally: Tally,
  { isHalted }: DueScope,
  { ledger, limits }: CloseDependencies,
): AsyncGenerator<DueInstant[]> {
  let after: DueCursor | null = null;
  let wave: DueInstant[] = [];
  for (;;) {
    const page: DueInstant[] = await ledger.dueInstants(tally.close, after, pageSize);
    const last = page.at(-1);
    if (last === undefined) break;
    after = { instant: last.instant, subscription: last.subscription };
    for (const due of page) {
      if (tally.isSettled(due)) continue;
      if (isHalted(due)) tally.blocked.add(due.subscription);
      else wave.push(due);
    }
    if (wave.length >= limits.waveSize) {
      yield wave;
      wave = [];
    }
  }
  if (wave.length > 0) yield wave;
}

async function issueWave(
  { drafts: priced, dues, halted }: PricedWave,
  tally: Tally,
  { ledger, limits, onAlarm, onProgress, throwIfStopped }: CloseDependencies,
): Promise<void> {
  // A wave before may have halted the subscription after this one was priced.
  const drafts = priced.filter(({ due }) => !tally.halted.has(due.subscription));
  for (const part of halted) {
    if (part.subscription !== undefined) tally.halted.set(part.subscription, part);
    onAlarm?.(tally.close, part);
  }
  for (const due of dues) tally.settle(due);
  failpoint('close/priced');
  for (let from = 0; from < drafts.length; from += limits.issueSize) {
    throwIfStopped?.();
    const batch = drafts.slice(from, from + limits.issueSize);
    await ledger.issueInvoices(tally.close, batch);
    failpoint('close/after-commit');
    tally.invoices += batch.length;
    tally.close = await ledger.updateClose(tally.close, tally.update());
    onProgress?.({ kind: 'billing', close: tally.close, invoices: tally.invoices });
  }
}

/** What the run has done so far. */
class Tally {
  close: PeriodClose;
  invoices = 0;
  /** Subscriptions that must not be billed. */
  readonly halted = new Map<string, HaltedPart>();
  /** Subscriptions of partitions that cannot be billed. */
  readonly blocked = new Set<string>();
  readonly #settled = new Set<string>();
  readonly #subscriptions = new Set<string>();
  readonly #doneBefore: number;

  constructor(close: PeriodClose) {
    this.close = close;
    this.#doneBefore = close.dryRun ? 0 : close.subscriptionsDone;
  }

  /** Instants that are settled; the walk goes on while it grows. */
  get instants(): number {
    return this.#settled.size;
  }

  /** Billed, found to have nothing due, or halted. */
  isSettled(due: DueInstant): boolean {
    return this.halted.has(due.subscription) || this.#settled.has(keyOf(due));
  }

  settle(due: DueInstant): void {
    this.#settled.add(keyOf(due));
    if (!this.halted.has(due.subscription)) this.#subscriptions.add(due.subscription);
  }

  update(): CloseUpdate {
    const done = this.#doneBefore + this.#subscriptions.size;
    return { subscriptionsDone: Math.min(done, this.close.subscriptionsTotal) };
  }
}

function keyOf(due: DueInstant): string {
  return `${due.subscription}/${due.instant}`;
}
