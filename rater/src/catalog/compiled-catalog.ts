/**
 * The catalog as the rating step uses it: which charges an event moves, what values must be, and what a new
 * epoch changes. One per partition, holding its customers only; everything else is a pure function of the epoch.
 */
import { assert } from '@tidemark/platform/errors';
import type { Instant } from '@tidemark/platform/clock';
import type { CatalogChange, SubscriptionChange } from './catalog-change.ts';
import { CatalogIndex, effectiveSpans } from './catalog-index.ts';
import type { OwnsCustomer } from './catalog-index.ts';
import type { ChargeCompiler } from './charge-compiler.ts';
import { isSameSegment, periodAt, segmentsOf, segmentsOfPeriod } from './charge-segment.ts';
import type { ChargeSegment } from './charge-segment.ts';

/** The charges that events of one customer and type move, the same for all event times in [from, to). */
export interface ChargeRoute {
  readonly from: Instant;
  readonly to: Instant;
  readonly segments: readonly ChargeSegment[];
}

/** What values must be in events of one type, the same for all event times in [from, to). */
export interface ValueRule {
  readonly from: Instant;
  readonly to: Instant;
  /** Properties that must be numbers where they are present. */
  readonly numbers: readonly string[];
  /** What the property `operation` may say where it is present; empty: anything. */
  readonly operations: readonly string[];
}

export interface EpochDifference {
  /** Segments whose total must be computed anew from the stored events. */
  readonly changed: readonly ChargeSegment[];
  /** Segments that no longer exist: their total becomes empty. */
  readonly ended: readonly ChargeSegment[];
}

/** Subscriptions whose segments are kept ready. */
const cachedSubscriptionsMax = 50_000;

export class CompiledCatalog {
  readonly #compiler: ChargeCompiler;
  readonly #index: CatalogIndex;
  /** Segments by subscription and period, until the next epoch. */
  #segments = new Map<SubscriptionChange, Map<number, readonly ChargeSegment[]>>();
  #epoch = 0;

  constructor(compiler: ChargeCompiler, owns: OwnsCustomer) {
    this.#compiler = compiler;
    this.#index = new CatalogIndex(compiler, owns);
  }

  /** 0 before the first epoch. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Takes a whole snapshot; only for a catalog without an epoch. */
  load(epoch: number, changes: readonly CatalogChange[]): void {
    assert(this.#epoch === 0, 'A snapshot is loaded into an empty catalog.');
    for (const change of changes) this.#index.apply(change);
    this.#epoch = epoch;
  }

  /** Moves on by one epoch and tells which totals that concerns, in the order of their keys. */
  advance(epoch: number, changes: readonly CatalogChange[]): EpochDifference {
    assert(epoch === this.#epoch + 1, `Epoch ${epoch} does not follow ${this.#epoch}.`);
    const affected = this.#affectedBy(changes);
    const before = this.#segmentsByKey(affected);
    for (const change of changes) this.#index.apply(change);
    this.#epoch = epoch;
    this.#segments = new Map();
    const after = this.#segmentsByKey(affected);
    const changed = [...after.values()].filter((segment) => {
      const old = before.get(segment.key);
      return old === undefined || !isSameSegment(old, segment);
    });
    const ended = [...before.values()].filter(({ key }) => !after.has(key));
    return { changed: changed.sort(byKey), ended: ended.sort(byKey) };
  }

  /** The charges that an event of the customer moves, with the widest span of event time that is sure to agree. */
  route(tenant: string, customer: string, eventType: string, time: Instant): ChargeRoute {
    let from = -Infinity;
    let to = Infinity;
    const segments: ChargeSegment[] = [];
    const narrow = (start: Instant, end: Instant): void => {
      from = Math.max(from, start);
      to = Math.min(to, end);
    };
    for (const subscription of this.#index.subscriptionsOf(tenant, customer)) {
      const number = periodAt(subscription, time);
      narrowToPeriod(subscription, number, time, narrow);
      if (number < 0) continue;
      for (const segment of this.#segmentsOfPeriod(subscription, number)) {
        if (segment.metered.eventType !== eventType) continue;
        if (segment.to <= time) narrow(segment.to, Infinity);
        else if (segment.from > time) narrow(-Infinity, segment.from);
        else {
          narrow(segment.from, segment.to);
          segments.push(segment);
        }
      }
    }
    return { from, to, segments };
  }

  /** The segment of a stored total, or `undefined` when the catalog has none with that key. */
  segment(
    tenant: string,
    subscriptionId: string,
    periodStart: Instant,
    key: string,
  ): ChargeSegment | undefined {
    const subscription = this.#index.subscription(tenant, subscriptionId);
    if (subscription === undefined) return undefined;
    const number = subscription.boundaries.indexOf(periodStart);
    if (number < 0) return undefined;
    return this.#segmentsOfPeriod(subscription, number).find((found) => found.key === key);
  }

  /** Every meter of the type, and every price on it, must be able to count an event, whether or not a subscription uses it. */
  valueRule(tenant: string, eventType: string, time: Instant): ValueRule {
    let from = -Infinity;
    let to = Infinity;
    const numbers = new Set<string>();
    const operations = new Set<string>();
    for (const versions of this.#index.meterVersions(tenant, eventType)) {
      for (const span of effectiveSpans(versions, -Infinity, Infinity)) {
        if (span.to <= time) from = Math.max(from, span.to);
        else if (span.from > time) to = Math.min(to, span.from);
        else {
          from = Math.max(from, span.from);
          to = Math.min(to, span.to);
          const rules = this.#compiler.rulesOf(span.version);
          if (rules?.eventType !== eventType) continue;
          for (const property of rules.numberProperties) numbers.add(property);
          const { key } = span.version;
          for (const property of this.#index.amountProperties(tenant, key)) numbers.add(property);
          for (const operation of rules.operations) operations.add(operation);
        }
      }
    }
    return { from, to, numbers: [...numbers].sort(), operations: [...operations].sort() };
  }

  #segmentsOfPeriod(subscription: SubscriptionChange, number: number): readonly ChargeSegment[] {
    let periods = this.#segments.get(subscription);
    if (periods === undefined) {
      if (this.#segments.size >= cachedSubscriptionsMax) this.#segments.clear();
      periods = new Map();
      this.#segments.set(subscription, periods);
    }
    let segments = periods.get(number);
    if (segments === undefined) {
      segments = segmentsOfPeriod(this.#index, subscription, number);
      periods.set(number, segments);
    }
    return segments;
  }

  #segmentsByKey(subscriptions: ReadonlyMap<string, SubscriptionRef>): Map<string, ChargeSegment> {
    const segments = new Map<string, ChargeSegment>();
    for (const { tenant, id } of subscriptions.values()) {
      const subscription = this.#index.subscription(tenant, id);
      if (subscription === undefined) continue;
      for (const segment of segmentsOf(this.#index, subscription))
        segments.set(segment.key, segment);
    }
    return segments;
  }

  /** The subscriptions whose segments may differ after the changes. */
  #affectedBy(changes: readonly CatalogChange[]): Map<string, SubscriptionRef> {
    const affected = new Map<string, SubscriptionRef>();
    const add = (tenant: string, id: string): void => {
      affected.set(`${tenant}\n${id}`, { tenant, id });
    };
    for (const change of changes) {
      if (change.kind === 'subscription') {
        add(change.tenant, change.subscription);
        continue;
      }
      for (const subscription of this.#index.subscriptionsOfTenant(change.tenant)) {
        if (subscription.phases.some((phase) => this.#concerns(change, phase))) {
          add(change.tenant, subscription.subscription);
        }
      }
    }
    return affected;
  }

  #concerns(
    change: Exclude<CatalogChange, SubscriptionChange>,
    phase: SubscriptionChange['phases'][number],
  ): boolean {
    return change.kind === 'meter'
      ? this.#index.metersOfPlan(change.tenant, phase).has(change.key)
      : phase.plan === change.plan && phase.version === change.version;
  }
}

interface SubscriptionRef {
  readonly tenant: string;
  readonly id: string;
}

function narrowToPeriod(
  subscription: SubscriptionChange,
  number: number,
  time: Instant,
  narrow: (start: Instant, end: Instant) => void,
): void {
  const { boundaries, endsAt } = subscription;
  const first = boundaries[0] ?? Infinity;
  const last = boundaries.at(-1) ?? -Infinity;
  const end = endsAt === null ? last : Math.min(last, endsAt);
  if (number >= 0)
    narrow(boundaries[number] ?? first, Math.min(boundaries[number + 1] ?? last, end));
  else if (time < first) narrow(-Infinity, first);
  else narrow(end, Infinity);
}

function byKey(left: ChargeSegment, right: ChargeSegment): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}
