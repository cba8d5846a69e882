/**
 * The fold of catalog changes into what can be looked up: meter versions, plan versions and subscriptions. The latest change
 * of a thing wins. Holds the subscriptions of one partition's customers only.
 */
import { AppError } from '@tidemark/platform/errors';
import type { Instant } from '@tidemark/platform/clock';
import type {
  CatalogChange,
  MeterChange,
  PlanVersionChange,
  SubscriptionChange,
  SubscriptionPhase,
} from './catalog-change.ts';
import type { ChargeCompiler, MeteredCharge } from './charge-compiler.ts';
import { chargeReferences } from './charge-compiler.ts';

/** A stretch of event time in which a charge has one definition. */
export interface MeteredPiece {
  readonly from: Instant;
  readonly to: Instant;
  readonly metered: MeteredCharge;
}

/** Whether a customer's events are in the partition that this catalog is for. */
export type OwnsCustomer = (tenant: string, customer: string) => boolean;

export class CatalogIndex {
  readonly #compiler: ChargeCompiler;
  readonly #owns: OwnsCustomer;
  /** tenant -> meter key -> versions, ascending by the instant from which they are effective. */
  readonly #meters = new Map<string, Map<string, MeterChange[]>>();
  /** tenant, plan, version. */
  readonly #plans = new Map<string, PlanVersionChange>();
  /** tenant -> meter key -> properties that carry an amount for a charge of any plan version. */
  readonly #amounts = new Map<string, Map<string, Set<string>>>();
  /** tenant -> subscription id. */
  readonly #subscriptions = new Map<string, Map<string, SubscriptionChange>>();
  /** tenant -> customer -> subscription ids. */
  readonly #byCustomer = new Map<string, Map<string, Set<string>>>();

  constructor(compiler: ChargeCompiler, owns: OwnsCustomer) {
    this.#compiler = compiler;
    this.#owns = owns;
  }

  apply(change: CatalogChange): void {
    switch (change.kind) {
      case 'meter':
        this.#applyMeter(change);
        return;
      case 'plan-version':
        this.#applyPlanVersion(change);
        return;
      case 'subscription':
        this.#applySubscription(change);
    }
  }

  subscription(tenant: string, id: string): SubscriptionChange | undefined {
    return this.#subscriptions.get(tenant)?.get(id);
  }

  /** In the order of their ids, so that nothing depends on the order of changes. */
  subscriptionsOf(tenant: string, customer: string): SubscriptionChange[] {
    const ids = [...(this.#byCustomer.get(tenant)?.get(customer) ?? [])].sort();
    return ids.flatMap((id) => this.subscription(tenant, id) ?? []);
  }

  subscriptionsOfTenant(tenant: string): Iterable<SubscriptionChange> {
    return this.#subscriptions.get(tenant)?.values() ?? [];
  }

  /** Versions of all meters of a tenant that ever measured `eventType`. */
  meterVersions(tenant: string, eventType: string): MeterChange[][] {
    const meters = [...(this.#meters.get(tenant)?.values() ?? [])];
    return meters.filter((versions) =>
      versions.some((version) => this.#compiler.eventTypeOf(version) === eventType),
    );
  }

  /** Properties that carry the amounts of dynamic prices on what a meter measures, in any plan version. */
  amountProperties(tenant: string, meter: string): ReadonlySet<string> {
    return this.#amounts.get(tenant)?.get(meter) ?? none;
  }

  /** The keys of the meters that the plan version's charges name; empty when the plan is not known. */
  metersOfPlan(tenant: string, phase: SubscriptionPhase): ReadonlySet<string> {
    const plan = this.#plans.get(planKey(tenant, phase.plan, phase.version));
    return new Set((plan?.charges ?? []).flatMap((charge) => chargeReferences(charge).meter ?? []));
  }

  /**
   * The metered, stream-rated charges of a phase within [from, to), cut where another version of their meter takes effect.
   * A charge whose meter does not exist (yet, or any more) measures nothing there.
   */
  meteredPieces(
    tenant: string,
    phase: SubscriptionPhase,
    from: Instant,
    to: Instant,
  ): MeteredPiece[] {
    const plan = this.#plans.get(planKey(tenant, phase.plan, phase.version));
    const pieces: MeteredPiece[] = [];
    for (const charge of plan?.charges ?? []) {
      const { meter } = chargeReferences(charge);
      if (meter === undefined) continue;
      for (const span of effectiveSpans(this.#meters.get(tenant)?.get(meter) ?? [], from, to)) {
        const metered = this.#compiler.compile(charge, span.version);
        if (metered.rater.mode === 'stream') pieces.push({ from: span.from, to: span.to, metered });
      }
    }
    return pieces;
  }

  #applyPlanVersion(change: PlanVersionChange): void {
    const { tenant, plan, version, charges } = change;
    this.#plans.set(planKey(tenant, plan, version), change);
    for (const charge of charges) {
      const { meter } = chargeReferences(charge);
      if (meter === undefined) continue;
      for (const property of this.#compiler.amountPropertiesOf(charge as object)) {
        const meters = mapIn(this.#amounts, tenant, () => new Map<string, Set<string>>());
        mapIn(meters, meter, () => new Set<string>()).add(property);
      }
    }
  }

  #applyMeter(change: MeterChange): void {
    const meters = mapIn(this.#meters, change.tenant, () => new Map<string, MeterChange[]>());
    const others = (meters.get(change.key) ?? []).filter(
      ({ version }) => version !== change.version,
    );
    meters.set(
      change.key,
      [...others, change].sort(
        (a, b) => effectiveFrom(a) - effectiveFrom(b) || a.version - b.version,
      ),
    );
  }

  #applySubscription(change: SubscriptionChange): void {
    const { tenant, subscription: id, customer } = change;
    const boundaries = change.boundaries;
    for (let i = 1; i < boundaries.length; i++) {
      if ((boundaries[i] ?? 0) <= (boundaries[i - 1] ?? 0)) {
        throw new AppError('invariant', 'rater/invalid-catalog', `Periods of ${id} do not ascend.`);
      }
    }
    const known = this.#subscriptions.get(tenant)?.get(id);
    if (known !== undefined) this.#byCustomer.get(tenant)?.get(known.customer)?.delete(id);
    const subscriptions = mapIn(
      this.#subscriptions,
      tenant,
      () => new Map<string, SubscriptionChange>(),
    );
    if (!this.#owns(tenant, customer)) {
      subscriptions.delete(id);
      return;
    }
    subscriptions.set(id, change);
    const customers = mapIn(this.#byCustomer, tenant, () => new Map<string, Set<string>>());
    mapIn(customers, customer, () => new Set<string>()).add(id);
  }
}

const none: ReadonlySet<string> = new Set();

interface EffectiveSpan {
  readonly from: Instant;
  readonly to: Instant;
  readonly version: MeterChange;
}

/** The versions in force within [from, to); deleted ones leave a gap. `versions` ascend by effect. */
export function effectiveSpans(
  versions: readonly MeterChange[],
  from: Instant,
  to: Instant,
): EffectiveSpan[] {
  return versions.flatMap((version, position) => {
    const next = versions[position + 1];
    const spanFrom = Math.max(from, effectiveFrom(version));
    const spanTo = next === undefined ? to : Math.min(to, effectiveFrom(next));
    return spanFrom < spanTo && version.definition !== null
      ? [{ from: spanFrom, to: spanTo, version }]
      : [];
  });
}

function effectiveFrom(version: MeterChange): number {
  return version.effectiveFrom ?? -Infinity;
}

function planKey(tenant: string, plan: string, version: number): string {
  return `${tenant}\n${plan}\n${version}`;
}

function mapIn<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
