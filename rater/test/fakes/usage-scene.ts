/** A small world for tests: keys, a catalog of two charges, and envelopes of events. */
import { ColumnsBuilder, deriveKeys, encodeEnvelope, partitionOf } from '@tidemark/ingest/contract';
import type { AcceptedEvent, JsonObject } from '@tidemark/ingest/contract';
import { defaultAcceptanceWindow } from '@tidemark/ingest/contract';
import type { CatalogChange, MeterChange, SubscriptionChange } from '../../src/catalog/index.ts';
import type { RatingEngineSettings } from '../../src/pool/rating-engine.ts';
import type { MemoryEventLog } from './memory-event-log.ts';

export const tenant = 'acme';
export const keys = deriveKeys(new Uint8Array(32).fill(9));

export const engineSettings: RatingEngineSettings = {
  keys,
  acceptance: defaultAcceptanceWindow,
  dedupLimits: { ownerBytesMax: 4 * 1024 * 1024, tagBytesMax: 1024 * 1024 },
};

const day = 24 * 3600 * 1_000_000;
/** 2026-01-01T00:00:00Z in microseconds. */
export const start = 1_767_225_600_000_000;
export const startMs = start / 1000;
/** Boundaries of three periods of ten days. */
export const boundaries = [start, start + 10 * day, start + 20 * day, start + 30 * day];

export const callsMeter: MeterChange = {
  kind: 'meter',
  tenant,
  key: 'calls',
  version: 1,
  effectiveFrom: null,
  definition: { key: 'calls', eventType: 'request', aggregation: 'count' },
};

export const bytesMeter: MeterChange = {
  kind: 'meter',
  tenant,
  key: 'bytes',
  version: 1,
  effectiveFrom: null,
  definition: { key: 'bytes', eventType: 'request', aggregation: 'sum', property: 'bytes' },
};

export function planVersion(version: number, unitAmount: string): CatalogChange {
  return {
    kind: 'plan-version',
    tenant,
    plan: 'web',
    version,
    currency: 'USD',
    charges: [
      { key: 'base', price: { model: 'flat', currency: 'USD', amount: '5.00' } },
      {
        key: 'calls',
        meter: 'calls',
        price: {
          model: 'volume',
          currency: 'USD',
          tiers: [
            { upTo: '10', unitAmount },
            { upTo: null, unitAmount: '0.01' },
          ],
        },
      },
      { key: 'bytes', meter: 'bytes', price: { model: 'per_unit', currency: 'USD', unitAmount } },
    ],
  };
}

export function subscription(
  customer: string,
  change: Partial<SubscriptionChange> = {},
): SubscriptionChange {
  return {
    kind: 'subscription',
    tenant,
    subscription: `sub-${customer}`,
    customer,
    phases: [{ from: start, plan: 'web', version: 1 }],
    boundaries,
    endsAt: null,
    ...change,
  };
}

export interface EventSketch {
  readonly id: string;
  readonly customer: string;
  readonly time?: number;
  readonly data?: JsonObject;
  readonly type?: string;
  readonly source?: string;
}

export function usageEvent(sketch: EventSketch): AcceptedEvent {
  const {
    id,
    customer,
    time = start,
    data = { bytes: 1 },
    type = 'request',
    source = 'edge',
  } = sketch;
  return { tenant, id, source, type, subject: customer, time, data };
}

/** Sends events as a gateway does: one envelope per partition, numbered. */
export class Gateway {
  readonly #log: MemoryEventLog;
  readonly #id: string;
  readonly #sequences = new Map<number, number>();

  constructor(log: MemoryEventLog, id = 'gateway-1') {
    this.#log = log;
    this.#id = id;
  }

  send(events: readonly EventSketch[], logTimeMs = startMs, backfill = false): void {
    const byPartition = Map.groupBy(events, ({ customer }) =>
      partitionOf(tenant, customer, this.#log.partitionCount),
    );
    for (const [partition, some] of byPartition) {
      this.sendTo(partition, some, { logTimeMs, backfill });
    }
  }

  /** To a partition of the caller's choice, right or wrong. */
  sendTo(
    partition: number,
    events: readonly EventSketch[],
    options: { readonly logTimeMs?: number; readonly backfill?: boolean } = {},
  ): void {
    const sequence = (this.#sequences.get(partition) ?? 0) + 1;
    this.#sequences.set(partition, sequence);
    const builder = new ColumnsBuilder();
    for (const event of events) builder.add(usageEvent(event));
    const mark = { gatewayId: this.#id, sequence, ackedThrough: sequence - 1 };
    const record = encodeEnvelope(builder.build(), mark, options.backfill ?? false, keys);
    this.#log.put({ partition, key: null, ...record }, options.logTimeMs ?? startMs);
  }
}
