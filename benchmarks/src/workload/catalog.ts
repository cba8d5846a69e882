/** The catalog of the benchmarks: one plan, four meters, four charges, of which every event moves two. */
import { deriveKeys } from '@tidemark/ingest/contract';
import type { CatalogChange, CatalogSnapshot } from '@tidemark/rater/catalog';
import { hashCatalogChanges, rulesVersion } from '@tidemark/rater/catalog';
import { encodeControl } from '@tidemark/ingest/contract';
import type { EncodedRecord } from '@tidemark/ingest/contract';
import type { CatalogSource } from '@tidemark/rater/ports';

export const tenant = 'bench';
export const keys = deriveKeys(new Uint8Array(32).fill(7));
/** Event types; each has a `count` and a `sum` meter. */
export const eventTypes = ['api.request', 'storage.write'] as const;

const microsecondsPerDay = 86_400_000_000;

/** One subscription a customer, in the middle of a billing period of 60 days around `now` (microseconds). */
export function benchmarkCatalog(customers: number, now: number): CatalogChange[] {
  const boundaries = [now - 30 * microsecondsPerDay, now + 30 * microsecondsPerDay];
  const meters = eventTypes.flatMap((eventType, position): CatalogChange[] => [
    meter(`count-${position}`, { eventType, aggregation: 'count' }),
    meter(`sum-${position}`, { eventType, aggregation: 'sum', property: 'amount' }),
  ]);
  const plan: CatalogChange = {
    kind: 'plan-version',
    tenant,
    plan: 'plan',
    version: 1,
    currency: 'USD',
    charges: eventTypes.flatMap((_, position) => [
      { key: `count-${position}`, meter: `count-${position}`, price: graduated },
      { key: `sum-${position}`, meter: `sum-${position}`, price: volume },
    ]),
  };
  const subscriptions = Array.from({ length: customers }, (_, rank): CatalogChange => {
    const customer = customerKey(rank);
    return {
      kind: 'subscription',
      tenant,
      subscription: `sub-${customer}`,
      customer,
      phases: [{ from: boundaries[0] ?? 0, plan: 'plan', version: 1 }],
      boundaries,
      endsAt: null,
    };
  });
  return [...meters, plan, ...subscriptions];
}

export function customerKey(rank: number): string {
  return `customer-${rank.toString().padStart(7, '0')}`;
}

function meter(key: string, definition: Readonly<Record<string, unknown>>): CatalogChange {
  const kind = 'meter';
  return { kind, tenant, key, version: 1, effectiveFrom: null, definition: { key, ...definition } };
}

const graduated = {
  model: 'graduated',
  currency: 'USD',
  tiers: [
    { upTo: '1000', unitAmount: '0' },
    { upTo: '100000', unitAmount: '0.0004' },
    { upTo: null, unitAmount: '0.00025' },
  ],
};

const volume = {
  model: 'volume',
  currency: 'USD',
  tiers: [
    { upTo: '50000', unitAmount: '0.0123' },
    { upTo: null, unitAmount: '0.0098' },
  ],
};

/** The control plane reduced to one epoch that is in force from the start. */
export class FixedCatalog implements CatalogSource {
  readonly #changes: readonly CatalogChange[];

  constructor(changes: readonly CatalogChange[]) {
    this.#changes = changes;
  }

  snapshot(epoch: number): Promise<CatalogSnapshot> {
    return Promise.resolve({ epoch, rulesVersion, changes: epoch === 0 ? [] : this.#changes });
  }

  changes(epoch: number): Promise<readonly CatalogChange[]> {
    return Promise.resolve(epoch === 1 ? this.#changes : []);
  }
}

/** The record that puts the catalog in force; it stands first in every partition. */
export function catalogMarker(changes: readonly CatalogChange[]): EncodedRecord {
  const changesHash = hashCatalogChanges(changes);
  return encodeControl({ type: 'catalog-epoch', epoch: 1, rulesVersion, changesHash }, keys);
}
