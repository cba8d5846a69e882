/**
 * Everything the rating step knows of one partition at offset `next`. It is a pure function of the log below `next`, and it
 * is accepted as such only when its counts equal those of `progress`. Dropped, never repaired, when in doubt.
 */
import type { InstallationKeys } from '@tidemark/ingest/contract';
import { partitionOf } from '@tidemark/ingest/contract';
import { CompiledCatalog } from '../catalog/compiled-catalog.ts';
import type { ChargeCompiler } from '../catalog/charge-compiler.ts';
import type { Progress, ProgressCounts } from '../ports.ts';
import { ChargeTotals } from './charge-totals.ts';
import { DedupIndex } from './dedup-index.ts';
import type { DedupLimits } from './dedup-index.ts';
import { IdentityHasher } from './fingerprint.ts';
import { GatewayMarks } from './gateway-marks.ts';
import type { RaterGuards } from './guards.ts';
import { SubjectTable } from './subject-table.ts';

export type MutableCounts = { -readonly [Name in keyof ProgressCounts]: number };

export interface PartitionIdentity {
  readonly incarnation: number;
  readonly partition: number;
  readonly partitionCount: number;
}

export interface PartitionState extends PartitionIdentity {
  /** Offset of the record to take next; everything below is included. */
  next: number;
  readonly counts: MutableCounts;
  /** Running maximum of the log time below `next`, milliseconds. */
  logTimeMs: number;
  lastCrc: number;
  readonly gateways: GatewayMarks;
  readonly dedup: DedupIndex;
  readonly totals: ChargeTotals;
  readonly catalog: CompiledCatalog;
  readonly subjects: SubjectTable;
}

export interface StateSettings {
  readonly keys: InstallationKeys;
  readonly compiler: ChargeCompiler;
  readonly dedupLimits: DedupLimits;
  readonly guards?: RaterGuards;
}

/** The state at `progress`, still without owners, totals and catalog; `null`: at the beginning of the log. */
export function createPartitionState(
  identity: PartitionIdentity,
  progress: Progress | null,
  settings: StateSettings,
): PartitionState {
  const { partition, partitionCount } = identity;
  const owns = (tenant: string, customer: string): boolean =>
    partitionOf(tenant, customer, partitionCount) === partition;
  const catalog = new CompiledCatalog(settings.compiler, owns);
  const totals = new ChargeTotals();
  return {
    ...identity,
    next: progress?.next ?? 0,
    counts: { ...(progress?.counts ?? noCounts) },
    logTimeMs: progress?.logTimeMs ?? 0,
    lastCrc: progress?.lastCrc ?? 0,
    gateways: GatewayMarks.decode(progress?.gateways ?? '[]'),
    dedup: new DedupIndex(settings.dedupLimits),
    totals,
    catalog,
    subjects: new SubjectTable({
      catalog,
      totals,
      owns: settings.guards?.ownPartition === false ? () => true : owns,
      hasher: new IdentityHasher(settings.keys.fingerprint),
    }),
  };
}

const noCounts: ProgressCounts = {
  logged: 0,
  stored: 0,
  duplicate: 0,
  conflict: 0,
  dead: 0,
  control: 0,
};

export function progressOf(state: PartitionState): Progress {
  return {
    incarnation: state.incarnation,
    partition: state.partition,
    next: state.next,
    counts: { ...state.counts },
    epoch: state.catalog.epoch,
    logTimeMs: state.logTimeMs,
    lastCrc: state.lastCrc,
    gateways: state.gateways.encode(),
  };
}
