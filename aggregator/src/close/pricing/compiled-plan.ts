/**
 * Plan terms and meters, compiled: the charges of a plan with their raters, one for each version of the meter. Compiled once
 * a plan version in a close, so that subscriptions of one plan share everything but their states.
 */
import { AppError } from '@tidemark/platform/errors';
import type { Instant } from '@tidemark/platform/clock';
import type { MeterChange } from '@tidemark/rater/catalog';
import { Rational } from '@tidemark/rater/money';
import { parseMeter } from '@tidemark/rater/meters';
import { compileCharge, parseCharge } from '@tidemark/rater/pricing';
import type { Charge, ChargeRater } from '@tidemark/rater/pricing';
import { canonical } from '../invoice-hash.ts';
import { sumCountMeasure } from '../../usage/measure.ts';
import type { PlanTerms } from '../../ports.ts';
import type { MeteredCharge } from '../states/state-request.ts';

export interface CompiledPlan {
  readonly terms: PlanTerms;
  readonly charges: readonly CompiledCharge[];
  /** Canonical JSON of the terms and of the meters they name: what an invoice's hash covers. */
  readonly canonical: string;
}

type CompiledCharge = FlatCharge | UsageCharge;

export interface FlatCharge {
  readonly kind: 'flat';
  readonly charge: Charge;
  readonly rater: ChargeRater;
}

export interface UsageCharge {
  readonly kind: 'usage';
  readonly charge: Charge;
  readonly meter: string;
  /** Versions of the meter, ascending by effect; a deleted version measures nothing. */
  readonly versions: readonly MeterVersion[];
}

interface MeterVersion {
  readonly effectiveFrom: Instant;
  readonly metered: MeteredVersion | null;
}

export interface MeteredVersion extends MeteredCharge {
  /** A period starts from where the one before ended. */
  readonly carries: boolean;
  /** Measures an average over time, which a part of a period contributes to by its length; its unit conversion. */
  readonly timeWeighted: { readonly multiplier: Rational } | null;
}

export type PlanCompiler = (terms: PlanTerms) => CompiledPlan;

/** Meters by key, each with its versions. */
export type MeterCatalog = ReadonlyMap<string, readonly MeterChange[]>;

export function meterCatalog(meters: readonly MeterChange[]): MeterCatalog {
  const catalog = new Map<string, MeterChange[]>();
  for (const meter of meters) catalog.set(meter.key, [...(catalog.get(meter.key) ?? []), meter]);
  for (const versions of catalog.values()) {
    versions.sort(
      (left, right) => effectFrom(left) - effectFrom(right) || left.version - right.version,
    );
  }
  return catalog;
}

/** Compiles each plan version once. Definitions were validated when they were written: a bad one is a fault of ours. */
export function createPlanCompiler(meters: MeterCatalog): PlanCompiler {
  const plans = new Map<string, CompiledPlan>();
  return (terms) => {
    const key = JSON.stringify([terms.plan, terms.version]);
    let plan = plans.get(key);
    if (plan === undefined) {
      const charges = terms.charges.map((json) => compile(json, terms, meters));
      plan = { terms, charges, canonical: canonicalPlan(terms, charges, meters) };
      plans.set(key, plan);
    }
    return plan;
  };
}

function canonicalPlan(
  terms: PlanTerms,
  charges: readonly CompiledCharge[],
  meters: MeterCatalog,
): string {
  const named = charges.flatMap((charge) => (charge.kind === 'usage' ? [charge.meter] : []));
  const versions = [...new Set(named)].sort().flatMap((key) => meters.get(key) ?? []);
  const { plan, version, name, currency, charges: definitions, minimum, maximum } = terms;
  return canonical({
    terms: { plan, version, name, currency, charges: definitions, minimum, maximum },
    meters: versions.map(({ key, effectiveFrom, definition }) => ({
      key,
      effectiveFrom,
      definition,
    })),
  });
}

function compile(json: unknown, terms: PlanTerms, meters: MeterCatalog): CompiledCharge {
  try {
    const charge = parseCharge(json);
    if (charge.meter === undefined) {
      return { kind: 'flat', charge, rater: compileCharge(charge, null) };
    }
    const { meter } = charge;
    const versions = (meters.get(meter) ?? []).map((version) => compileVersion(charge, version));
    return { kind: 'usage', charge, meter, versions };
  } catch (error) {
    throw new AppError(
      'invariant',
      'aggregator/invalid-plan',
      `Version ${terms.version} of plan ${terms.plan} holds a charge that cannot be read.`,
      { cause: error },
    );
  }
}

function compileVersion(charge: Charge, version: MeterChange): MeterVersion {
  const effectiveFrom = effectFrom(version);
  if (version.definition === null) return { effectiveFrom, metered: null };
  const meter = parseMeter(version.definition);
  const rater = compileCharge(charge, meter);
  const aggregable = rater.aggregate === 'sum-count' && charge.price.pricing.takes === 'quantity';
  const probe = rater.empty({ from: 0, to: 1 });
  return {
    effectiveFrom,
    metered: {
      eventType: meter.eventType,
      rater,
      measure: aggregable ? sumCountMeasure(meter, [charge.filter]) : null,
      carries: rater.carryOut(probe) !== null,
      timeWeighted:
        meter.aggregation === 'time_weighted'
          ? { multiplier: meter.conversion?.multiplier ?? Rational.one }
          : null,
    },
  };
}

function effectFrom(version: MeterChange): Instant {
  return version.effectiveFrom ?? -Infinity;
}
