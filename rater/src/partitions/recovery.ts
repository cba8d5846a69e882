/**
 * Builds a partition's state from the store, in this order:
 *
 *   greatest progress -> is the log still the one it was made of? -> are its events there? -> catalog at its epoch
 *   -> owners of all identities -> charge totals -> totals that run ahead, from events -> proof by counts
 *
 * Anything that does not fit halts the partition: a wrong start would bill twice or not at all, in silence.
 */
import { crcOf, partitionOf } from '@tidemark/ingest/contract';
import { failpoint } from '@tidemark/platform/failpoint';
import type { CatalogChange } from '../catalog/index.ts';
import type { Progress } from '../ports.ts';
import type { StateFigures } from '../pool/protocol.ts';
import { findSkip } from './partition-skip.ts';
import type { HaltReason } from './halt-reasons.ts';
import { jsonBytes, readPatiently, rebuildAfter } from './partition-context.ts';
import type { Interruption, PartitionContext } from './partition-context.ts';
import { feedStoredEvents } from './stored-events.ts';

export type Recovered = { readonly kind: 'ready'; readonly figures: StateFigures } | Interruption;

/** Retries while log, store or catalog are away; rejects when one fails for good or the signal aborts. */
export function recoverPartition(
  context: PartitionContext,
  assignment: number,
): Promise<Recovered> {
  return readPatiently(context, 'the state of a partition', () => attempt(context, assignment));
}

async function attempt(context: PartitionContext, assignment: number): Promise<Recovered> {
  const progress = await greatestProgress(context);
  const doubt = await verifyLog(context, progress);
  if (doubt !== null) return doubt;
  const loss = await verifyEvents(context, progress);
  if (loss !== null) return loss;
  failpoint('rater/recovery-started');
  return await buildState(context, assignment, progress);
}

/** The state as it was at `progress`, from what is stored below it; proven by its counts. */
export async function buildState(
  context: PartitionContext,
  assignment: number,
  progress: Progress | null,
): Promise<Recovered> {
  const interruption =
    (await open(context, assignment, progress)) ??
    (await loadOwners(context, assignment, progress)) ??
    (await loadTotals(context, assignment, progress));
  if (interruption !== null) return interruption;
  failpoint('rater/recovery-totals');
  const reply = await context.pool.run({ kind: 'prove', partition: context.partition, assignment });
  switch (reply.kind) {
    case 'proven':
      failpoint('rater/recovered');
      return { kind: 'ready', figures: reply.figures };
    case 'differs': {
      const detail = `The store holds ${reply.found} events, progress says ${reply.expected}.`;
      return { kind: 'halt', reason: 'rater/counts-differ', detail };
    }
    default:
      return rebuildAfter(reply);
  }
}

async function greatestProgress({ store, partition }: PartitionContext): Promise<Progress | null> {
  const rows = (await store.readProgress()).filter((row) => row.partition === partition);
  const newest = rows.toSorted((a, b) => b.incarnation - a.incarnation || b.next - a.next);
  return newest[0] ?? null;
}

/** Whether the log holds, at the same offsets, the records that `progress` was made of. */
async function verifyLog(
  context: PartitionContext,
  progress: Progress | null,
): Promise<Interruption | null> {
  const { log, partition } = context;
  const next = progress?.next ?? 0;
  const halt = (reason: HaltReason, detail: string): Interruption => ({
    kind: 'halt',
    reason,
    detail,
    offset: next,
  });
  if (progress !== null && progress.incarnation !== log.incarnation) {
    const detail = `The store knows log ${progress.incarnation}, this is log ${log.incarnation}.`;
    return halt('rater/unknown-incarnation', detail);
  }
  const [bases, ends] = await Promise.all([log.beginningOffsets(), log.endOffsets()]);
  const base = bases[partition] ?? 0;
  const end = ends[partition] ?? 0;
  if (end < next) return halt('rater/log-shorter', `The log ends at ${end}, progress is ${next}.`);
  if (base > next) {
    const { skip } = await findSkip(context, { at: next, from: base });
    if (skip !== null && skip.to >= base) return null;
    return halt('rater/log-gap', `The log begins at ${base}, progress is ${next}.`);
  }
  if (progress === null || next === 0 || base > next - 1) return null;
  for await (const records of log.read(partition, next - 1, next)) {
    const last = records.find(({ offset }) => offset === next - 1);
    if (last === undefined) continue;
    if (crcOf(last.value) === progress.lastCrc) return null;
    return halt('rater/log-differs', `The record at ${next - 1} is not the one that was rated.`);
  }
  const { skip } = await findSkip(context, { at: next - 1, from: next });
  return skip === null
    ? halt('rater/log-differs', `The record at ${next - 1} cannot be read.`)
    : null;
}

/**
 * Whether the store still has the events that `progress` promises. A state of fewer would not be seen by its owners, which are
 * rows of their own; and a marker would price again what is left. Where copies lie beside a loss, only the close's audit sees it.
 */
async function verifyEvents(
  { log, partition, store }: PartitionContext,
  progress: Progress | null,
): Promise<Interruption | null> {
  if (progress === null || progress.counts.stored === 0) return null;
  const bound = { incarnation: log.incarnation, partition, below: progress.next };
  const rows = await store.countEvents(bound);
  const promised = progress.counts.stored;
  if (rows >= promised) return null;
  const detail = `The store holds ${rows} rows of events, progress says ${promised}.`;
  return { kind: 'halt', reason: 'rater/counts-differ', detail };
}

async function open(
  context: PartitionContext,
  assignment: number,
  progress: Progress | null,
): Promise<Interruption | null> {
  const { log, partition, pool, catalogSource } = context;
  const { partitionCount, incarnation } = log;
  const epoch = progress?.epoch ?? 0;
  const changes = epoch === 0 ? [] : (await catalogSource.snapshot(epoch)).changes;
  const reply = await pool.run({
    kind: 'open',
    partition,
    assignment,
    incarnation,
    partitionCount,
    progress,
    changes: jsonBytes(changesOf(partition, partitionCount, changes)),
  });
  return reply.kind === 'done' ? null : rebuildAfter(reply);
}

/** Leaves out the subscriptions of other partitions' customers. */
export function changesOf(
  partition: number,
  partitionCount: number,
  changes: readonly CatalogChange[],
): readonly CatalogChange[] {
  return changes.filter(
    (change) =>
      change.kind !== 'subscription' ||
      partitionOf(change.tenant, change.customer, partitionCount) === partition,
  );
}

async function loadOwners(
  context: PartitionContext,
  assignment: number,
  progress: Progress | null,
): Promise<Interruption | null> {
  const { partition, pool, store, log, signal } = context;
  if (progress === null || progress.counts.stored === 0) return null;
  const range = { incarnation: log.incarnation, partition, from: 0, below: progress.next };
  for await (const owners of store.readOwners(range)) {
    signal.throwIfAborted();
    const reply = await pool.run({ kind: 'load-owners', partition, assignment, owners });
    if (reply.kind !== 'done') return rebuildAfter(reply);
  }
  return null;
}

async function loadTotals(
  context: PartitionContext,
  assignment: number,
  progress: Progress | null,
): Promise<Interruption | null> {
  const { partition, pool, store, log, signal } = context;
  failpoint('rater/recovery-owners');
  if (progress === null || progress.counts.stored === 0) return null;
  const bound = { incarnation: log.incarnation, partition, below: progress.next };
  for await (const rows of store.readChargeTotals(bound)) {
    signal.throwIfAborted();
    const kind = 'load-totals';
    const reply = await pool.run({ kind, partition, assignment, rows: jsonBytes(rows) });
    if (reply.kind !== 'done') return rebuildAfter(reply);
  }
  const plan = await pool.run({ kind: 'plan-recovery', partition, assignment });
  if (plan.kind !== 'queries') return rebuildAfter(plan);
  return await feedStoredEvents(context, assignment, plan.queries);
}
