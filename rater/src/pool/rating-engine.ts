/**
 * What a rating thread does: it hosts the states of its partitions and runs tasks on them, one after the other. A task that
 * fails drops the state it worked on, since nobody knows how far it got.
 */
import { toAppError } from '@tidemark/platform/errors';
import type { AcceptanceWindow, InstallationKeys } from '@tidemark/ingest/contract';
import type { CatalogChange } from '../catalog/catalog-change.ts';
import { ChargeCompiler } from '../catalog/charge-compiler.ts';
import type { StoredChargeTotal, StoredUsageEvent } from '../ports.ts';
import { ConfirmedOwners } from '../rating/confirmed-owners.ts';
import type { DedupLimits } from '../rating/dedup-index.ts';
import { EpochChange } from '../rating/epoch-change.ts';
import type { RaterGuards } from '../rating/guards.ts';
import { PartitionBatch } from '../rating/partition-batch.ts';
import { createPartitionState } from '../rating/partition-state.ts';
import type { PartitionState } from '../rating/partition-state.ts';
import { RatingContext, skipRecord } from '../rating/rate-envelope.ts';
import { rateRecords } from '../rating/rate-records.ts';
import { StateRecovery } from '../rating/state-recovery.ts';
import { unpackRecords } from './packed-records.ts';
import type {
  BeginEpochTask,
  OpenTask,
  RateStop,
  RateTask,
  RatingFailure,
  RatingReply,
  RatingTask,
  SkipTask,
  StateFigures,
} from './protocol.ts';

/** Must be the same in every process that rates one log. */
export interface RatingEngineSettings {
  readonly keys: InstallationKeys;
  readonly acceptance: AcceptanceWindow;
  /** How far log time may be from a gateway's clock; an hour by default. */
  readonly clockToleranceMs?: number;
  readonly dedupLimits: DedupLimits;
  /** Of simulations only; all are on when left out. */
  readonly guards?: RaterGuards;
}

interface HostedPartition {
  readonly assignment: number;
  readonly state: PartitionState;
  readonly batch: PartitionBatch;
  /** Until the state is proven. */
  recovery: StateRecovery | null;
  /** Between a marker's begin and finish. */
  epochChange: EpochChange | null;
}

export class RatingEngine {
  readonly #settings: RatingEngineSettings;
  readonly #compiler = new ChargeCompiler();
  readonly #context: RatingContext;
  readonly #hosted = new Map<number, HostedPartition>();

  constructor(settings: RatingEngineSettings) {
    this.#settings = settings;
    this.#context = new RatingContext(settings);
  }

  handle(task: RatingTask): RatingReply | RatingFailure {
    try {
      return this.#perform(task);
    } catch (thrown) {
      this.#hosted.delete(task.partition);
      const { code, message, cause } = toAppError(thrown);
      return { kind: 'fault', code, message: cause instanceof Error ? cause.message : message };
    }
  }

  #perform(task: RatingTask): RatingReply | RatingFailure {
    if (task.kind === 'open') return this.#open(task);
    const hosted = this.#hosted.get(task.partition);
    if (hosted?.assignment !== task.assignment) return { kind: 'no-state' };
    switch (task.kind) {
      case 'load-owners':
        this.#recoveryOf(hosted).loadOwners(task.owners);
        return done;
      case 'load-totals':
        this.#recoveryOf(hosted).loadTotals(parseJson(task.rows) as StoredChargeTotal[]);
        return done;
      case 'plan-recovery':
        return { kind: 'queries', queries: this.#recoveryOf(hosted).queries() };
      case 'add-stored-events': {
        const work = hosted.epochChange ?? this.#recoveryOf(hosted);
        work.recompute.add(parseJson(task.events) as StoredUsageEvent[]);
        return done;
      }
      case 'prove':
        return this.#prove(hosted);
      case 'rate':
        return { kind: 'rated', stop: this.#rate(hosted, task), figures: figuresOf(hosted) };
      case 'take-batch':
        return { kind: 'batch', batch: hosted.batch.take(hosted.state) };
      case 'begin-epoch':
        return { kind: 'queries', queries: this.#beginEpoch(hosted, task).restart() };
      case 'finish-epoch':
        hosted.epochChange?.finish(task);
        hosted.epochChange = null;
        return { kind: 'rated', stop: null, figures: figuresOf(hosted) };
      case 'skip':
        this.#skip(hosted, task);
        return { kind: 'rated', stop: null, figures: figuresOf(hosted) };
      case 'drop':
        this.#hosted.delete(task.partition);
        return done;
    }
  }

  #open(task: OpenTask): RatingReply {
    const { assignment, progress } = task;
    const settings = { ...this.#settings, compiler: this.#compiler };
    const state = createPartitionState(task, progress, settings);
    const recovery = new StateRecovery(state, this.#settings.guards);
    recovery.loadCatalog(progress?.epoch ?? 0, parseJson(task.changes) as CatalogChange[]);
    const batch = new PartitionBatch();
    this.#hosted.set(task.partition, { assignment, state, batch, recovery, epochChange: null });
    return done;
  }

  #prove(hosted: HostedPartition): RatingReply {
    const proof = this.#recoveryOf(hosted).prove();
    if (proof.kind === 'differs') {
      this.#hosted.delete(hosted.state.partition);
      return proof;
    }
    hosted.recovery = null;
    return { kind: 'proven', figures: figuresOf(hosted) };
  }

  #rate(hosted: HostedPartition, task: RateTask): RateStop | null {
    const { state, batch, recovery, epochChange } = hosted;
    if (recovery !== null || epochChange !== null) {
      throw new Error('The partition is not ready to rate records.');
    }
    const confirmed =
      task.confirmed === null
        ? undefined
        : new ConfirmedOwners(task.confirmed.offset, task.confirmed.owners);
    const input = { state, batch, context: this.#context, confirmed };
    const outcome = rateRecords(unpackRecords(task.records), input);
    if (outcome.kind === 'applied' || outcome.kind === 'ignored') return null;
    return outcome.kind === 'gap' ? { kind: 'gap' } : outcome;
  }

  #skip({ state, batch }: HostedPartition, task: SkipTask): void {
    const input = { state, batch, context: this.#context };
    for (const record of unpackRecords(task.records)) skipRecord(record, task.detail, input);
    state.next = Math.max(state.next, task.to);
  }

  #beginEpoch(hosted: HostedPartition, task: BeginEpochTask): EpochChange {
    if (hosted.epochChange?.epoch !== task.epoch) {
      const changes = parseJson(task.changes) as CatalogChange[];
      hosted.epochChange = new EpochChange(hosted.state, task.epoch, changes);
    }
    return hosted.epochChange;
  }

  #recoveryOf(hosted: HostedPartition): StateRecovery {
    if (hosted.recovery === null) throw new Error('The partition is not in recovery.');
    return hosted.recovery;
  }
}

const done = { kind: 'done' } as const;

function figuresOf({ state, batch }: HostedPartition): StateFigures {
  return {
    next: state.next,
    epoch: state.catalog.epoch,
    rows: batch.rows + state.totals.changedCount,
    dedupIds: state.dedup.count,
    dedupBytes: state.dedup.byteSize,
    dedupCompleteFrom: state.dedup.completeFrom,
    totals: state.totals.size,
    lost: state.gateways.lost,
    counts: { ...state.counts },
  };
}

const decoder = new TextDecoder();

/** JSON that this process wrote itself, on the other side of a thread. */
function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes));
}
