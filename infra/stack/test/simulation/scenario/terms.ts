/**
 * What is sold, in two forms: plain terms, which the checker prices by itself, and the catalog's JSON, which the product
 * reads. The models are those whose amount depends on all units of a period (volume), on their order of tiers, on packages,
 * on long decimals, and on a set of values.
 */
import type { CatalogChange, MeterChange, SubscriptionChange } from '@tidemark/rater/catalog';

export const tenant = 'acme';

interface TierTerms {
  /** Inclusive; `null`: no end. */
  readonly upTo: number | null;
  readonly unitAmount: string;
}

export type PriceTerms =
  | { readonly model: 'per_unit'; readonly unitAmount: string }
  | { readonly model: 'volume' | 'graduated'; readonly tiers: readonly TierTerms[] }
  | { readonly model: 'package'; readonly packageSize: string; readonly packageAmount: string }
  | { readonly model: 'flat'; readonly amount: string };

interface MeterTerms {
  readonly key: string;
  readonly aggregation: 'count' | 'sum' | 'unique_count';
  readonly property: string | null;
  /** Accepted regions; `null`: all. */
  readonly regions: readonly string[] | null;
}

/** A later version of a meter takes effect by event time. */
export interface MeterVersionTerms extends MeterTerms {
  readonly version: number;
  readonly effectiveFrom: number | null;
}

export interface ChargeTerms {
  readonly key: string;
  readonly meter: string | null;
  readonly price: PriceTerms;
}

export interface PlanTermsVersion {
  readonly plan: string;
  readonly version: number;
  readonly charges: readonly ChargeTerms[];
}

export interface SubscriptionTerms {
  readonly subscription: string;
  readonly customer: string;
  readonly boundaries: readonly number[];
  readonly phases: readonly {
    readonly from: number;
    readonly plan: string;
    readonly version: number;
  }[];
}

const currency = 'USD';

export const meters: readonly MeterVersionTerms[] = [
  {
    key: 'calls',
    aggregation: 'count',
    property: null,
    regions: null,
    version: 1,
    effectiveFrom: null,
  },
  {
    key: 'bytes',
    aggregation: 'sum',
    property: 'bytes',
    regions: null,
    version: 1,
    effectiveFrom: null,
  },
  {
    key: 'eu',
    aggregation: 'count',
    property: null,
    regions: ['eu'],
    version: 1,
    effectiveFrom: null,
  },
  {
    key: 'users',
    aggregation: 'unique_count',
    property: 'user',
    regions: null,
    version: 1,
    effectiveFrom: null,
  },
];

/** From `effectiveFrom` on only calls of one region count. */
export function callsOfOneRegion(effectiveFrom: number): MeterVersionTerms {
  return {
    key: 'calls',
    aggregation: 'count',
    property: null,
    regions: ['us'],
    version: 2,
    effectiveFrom,
  };
}

export const plans: readonly PlanTermsVersion[] = [
  {
    plan: 'web',
    version: 1,
    charges: [
      {
        key: 'calls',
        meter: 'calls',
        price: {
          model: 'volume',
          tiers: [
            { upTo: 4, unitAmount: '0.025' },
            { upTo: null, unitAmount: '0.013' },
          ],
        },
      },
      { key: 'bytes', meter: 'bytes', price: { model: 'per_unit', unitAmount: '0.0000013' } },
      {
        key: 'eu',
        meter: 'eu',
        price: { model: 'package', packageSize: '3', packageAmount: '0.5' },
      },
      { key: 'users', meter: 'users', price: { model: 'per_unit', unitAmount: '1.5' } },
    ],
  },
  {
    plan: 'web',
    version: 2,
    charges: [
      {
        key: 'calls',
        meter: 'calls',
        price: {
          model: 'graduated',
          tiers: [
            { upTo: 3, unitAmount: '0.105' },
            { upTo: null, unitAmount: '0.033' },
          ],
        },
      },
      { key: 'bytes', meter: 'bytes', price: { model: 'per_unit', unitAmount: '0.00000205' } },
    ],
  },
  {
    plan: 'base',
    version: 1,
    charges: [
      { key: 'fee', meter: null, price: { model: 'flat', amount: '5.00' } },
      {
        key: 'calls',
        meter: 'calls',
        price: {
          model: 'graduated',
          tiers: [
            { upTo: 5, unitAmount: '0.2' },
            { upTo: null, unitAmount: '0.015' },
          ],
        },
      },
    ],
  },
];

export function meterChange(terms: MeterVersionTerms): MeterChange {
  const { key, aggregation, property, regions, version, effectiveFrom } = terms;
  const definition = {
    key,
    eventType: 'request',
    aggregation,
    ...(property !== null && { property }),
    ...(regions !== null && { filter: { region: regions } }),
  };
  return { kind: 'meter', tenant, key, version, effectiveFrom, definition };
}

export function planChange({ plan, version, charges }: PlanTermsVersion): CatalogChange {
  return {
    kind: 'plan-version',
    tenant,
    plan,
    version,
    currency,
    charges: charges.map(({ key, meter, price }) => ({
      key,
      ...(meter !== null && { meter }),
      price: priceJson(price),
    })),
  };
}

export function subscriptionChange(terms: SubscriptionTerms): SubscriptionChange {
  const { subscription, customer, boundaries, phases } = terms;
  return { kind: 'subscription', tenant, subscription, customer, boundaries, phases, endsAt: null };
}

function priceJson(price: PriceTerms): object {
  if (price.model !== 'volume' && price.model !== 'graduated') return { ...price, currency };
  const tiers = price.tiers.map(({ upTo, unitAmount }) => ({
    upTo: upTo === null ? null : String(upTo),
    unitAmount,
  }));
  return { model: price.model, currency, tiers };
}
