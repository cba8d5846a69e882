/**
 * Cuts a billing period into the pieces that are rated by themselves: where the plan changes and, for a usage charge, where
 * another version of its meter takes effect. The stream rater cuts alike, so each piece has its own charge total. Pure.
 */
import type { Instant } from '@tidemark/platform/clock';
import type { RatingPeriod } from '@tidemark/rater/pricing';
import type { DuePeriod } from '../../ports.ts';
import type {
  CompiledPlan,
  FlatCharge,
  MeteredVersion,
  PlanCompiler,
  UsageCharge,
} from './compiled-plan.ts';

export interface PeriodPieces {
  /** The whole billing period, which prorates what lies in a part of it. */
  readonly whole: RatingPeriod;
  /** The period as the stream rater knows it: from its first served instant to its boundary. */
  readonly streamed: RatingPeriod;
  /** Stretches of one plan, ascending. */
  readonly segments: readonly PlanSegment[];
}

export interface PlanSegment {
  readonly from: Instant;
  readonly to: Instant;
  readonly plan: CompiledPlan;
  /** In the order of the plan's charges, then of time. */
  readonly pieces: readonly ChargePiece[];
}

export type ChargePiece = FlatPiece | UsagePiece;

interface FlatPiece {
  readonly kind: 'flat';
  readonly charge: FlatCharge;
  readonly from: Instant;
  readonly to: Instant;
}

export interface UsagePiece {
  readonly kind: 'usage';
  readonly charge: UsageCharge;
  /** `null`: the meter does not exist (any more), so nothing was measured. */
  readonly metered: MeteredVersion | null;
  readonly from: Instant;
  readonly to: Instant;
}

export function cutPeriod(period: DuePeriod, compile: PlanCompiler): PeriodPieces {
  const changes = [{ from: period.from, plan: period.plan }, ...(period.changes ?? [])];
  const segments = changes.flatMap((change, position): PlanSegment[] => {
    const from = Math.max(change.from, period.from);
    const to = Math.min(changes[position + 1]?.from ?? period.to, period.to);
    if (from >= to) return [];
    const plan = compile(change.plan);
    return [
      { from, to, plan, pieces: plan.charges.flatMap((charge) => piecesOf(charge, from, to)) },
    ];
  });
  return {
    whole: period.nominal ?? { from: period.from, to: period.to },
    streamed: { from: period.from, to: period.nominal?.to ?? period.to },
    segments,
  };
}

function piecesOf(charge: FlatCharge | UsageCharge, from: Instant, to: Instant): ChargePiece[] {
  if (charge.kind === 'flat') return [{ kind: 'flat', charge, from, to }];
  const pieces = charge.versions.flatMap(({ effectiveFrom, metered }, position): UsagePiece[] => {
    const pieceFrom = Math.max(from, effectiveFrom);
    const pieceTo = Math.min(to, charge.versions[position + 1]?.effectiveFrom ?? to);
    return pieceFrom < pieceTo && metered !== null
      ? [{ kind: 'usage', charge, metered, from: pieceFrom, to: pieceTo }]
      : [];
  });
  return pieces.length > 0 ? pieces : [{ kind: 'usage', charge, metered: null, from, to }];
}
