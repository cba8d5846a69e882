/** Single events rated in runs end in the rows that they would write one by one, whatever stands between them. */
import { formatInstant } from '@tidemark/ingest/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineRun } from '../../test/scenarios/engine-run.ts';
import { expectedTotals, storedTotals } from '../../test/scenarios/oracle.ts';
import { MemoryCatalog } from '../../test/fakes/memory-catalog.ts';
import { MemoryEventLog } from '../../test/fakes/memory-event-log.ts';
import { MemoryUsageStore } from '../../test/fakes/memory-usage-store.ts';
import {
  Gateway,
  boundaries,
  bytesMeter,
  callsMeter,
  engineSettings,
  keys,
  planVersion,
  start,
  startMs,
  subscription,
  tenant,
  usageEvent,
} from '../../test/fakes/usage-scene.ts';
import type { EventSketch } from '../../test/fakes/usage-scene.ts';
import type { CatalogChange } from '../catalog/index.ts';

const hour = 3_600_000_000;
const levelMeter: CatalogChange = {
  ...bytesMeter,
  key: 'level',
  definition: { key: 'level', eventType: 'request', aggregation: 'latest', property: 'bytes' },
};
const levelPlan: CatalogChange = {
  kind: 'plan-version',
  tenant,
  plan: 'level',
  version: 1,
  currency: 'USD',
  charges: [
    {
      key: 'level',
      meter: 'level',
      price: { model: 'per_unit', currency: 'USD', unitAmount: '0.1' },
    },
  ],
};

const sketch: fc.Arbitrary<EventSketch> = fc.record({
  id: fc.oneof(
    fc.nat(12).map((number) => `e-${number}`),
    fc.nat(3).map((number) => `0190b6a4-5f3e-7000-8000-00000000000${number}`),
  ),
  customer: fc.constantFrom('ada', 'bob', 'nobody'),
  type: fc.constantFrom('request', 'request', 'other'),
  // Before the acceptance window, in it, in the next period.
  time: fc.constantFrom(start - 60 * 24 * hour, start, start + hour, start + hour, boundaries[1]!),
  data: fc.constantFrom<Record<string, number | string | boolean>>(
    { bytes: 1 },
    { bytes: 2.5, region: 'eu' },
    { bytes: 1e-7 },
    { bytes: 9_007_199_254_740_991 },
    { bytes: '12.5' },
    { bytes: 'many' },
    { bytes: true },
    { region: 'größer', bytes: 3 },
    {},
  ),
});

type Item =
  | { readonly kind: 'single'; readonly event: EventSketch; readonly key?: string }
  | { readonly kind: 'envelope'; readonly events: readonly EventSketch[] }
  | { readonly kind: 'garbage'; readonly text: string };

const single = fc.record({ kind: fc.constant('single' as const), event: sketch });
const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 8, arbitrary: single },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('single' as const), event: sketch, key: fc.string() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('envelope' as const),
      events: fc.array(sketch, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('garbage' as const),
      text: fc.constantFrom('', '{', '[]', '{"id":"x"}', '{"id":"a","id":"b"}'),
    }),
  },
);
const items = fc.array(item, { minLength: 1, maxLength: 30 });
const cuts = fc.uniqueArray(fc.nat(31)).map((offsets) => new Set(offsets));
const everywhere = new Set(Array.from({ length: 40 }, (_, offset) => offset));

interface World {
  readonly log: MemoryEventLog;
  readonly catalog: MemoryCatalog;
  readonly end: number;
}

function createLog(content: readonly Item[]): World {
  const log = new MemoryEventLog();
  const catalog = new MemoryCatalog();
  const gateway = new Gateway(log);
  const changes = [callsMeter, bytesMeter, levelMeter, planVersion(1, '0.02'), levelPlan];
  const level = subscription('bob', { phases: [{ from: start, plan: 'level', version: 1 }] });
  catalog.publish(log, [...changes, subscription('ada'), level], keys, startMs);
  content.forEach((piece, position) => {
    // Log time moves, and now and then back.
    const logTimeMs = startMs + hour / 1000 + (position % 3) * 10;
    if (piece.kind === 'envelope') gateway.send(piece.events, logTimeMs);
    else log.put({ partition: 0, ...recordOf(piece), headers: {} }, logTimeMs);
  });
  return { log, catalog, end: log.slice(0, 0, 100).length };
}

function recordOf(piece: Exclude<Item, { kind: 'envelope' }>): { key: string; value: Uint8Array } {
  if (piece.kind === 'garbage') return { key: `${tenant}:ada`, value: Buffer.from(piece.text) };
  const { time, ...event } = usageEvent(piece.event);
  const foreign = { specversion: '1.0', ...event, tenant: undefined, time: formatInstant(time) };
  const value = Buffer.from(JSON.stringify(foreign));
  return { key: piece.key ?? `${tenant}:${event.subject}`, value };
}

async function rateWhole(
  world: World,
  flushAfter: ReadonlySet<number>,
  settings = engineSettings,
): Promise<MemoryUsageStore> {
  const store = new MemoryUsageStore();
  const run = new EngineRun({ ...world, store, settings });
  await run.open();
  await run.rate(world.end, flushAfter);
  await run.flush();
  return store;
}

describe('rateRecords', () => {
  it('writes the same rows in runs of any length', async () => {
    await fc.assert(
      fc.asyncProperty(items, cuts, async (content, some) => {
        const world = createLog(content);
        const alone = await rateWhole(world, everywhere);
        const together = await rateWhole(world, new Set());
        expect(together.contents()).toEqual(alone.contents());
        expect((await rateWhole(world, some)).contents()).toEqual(alone.contents());
        expect([...alone.violations, ...together.violations]).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('asks the store about single events as about others when the index forgets', async () => {
    const forgetful = {
      ...engineSettings,
      dedupLimits: { ownerBytesMax: 8 * 28 * 4, tagBytesMax: 8 * 4 * 2 },
    };
    const many = fc.array(
      fc.nat(40).map((number): Item => {
        return { kind: 'single', event: { id: `e-${number}`, customer: 'ada' } };
      }),
      { minLength: 30, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(many, cuts, async (content, some) => {
        const world = createLog(content);
        const exact = await rateWhole(world, some);
        expect((await rateWhole(world, some, forgetful)).contents()).toEqual(exact.contents());
      }),
      { numRuns: 30 },
    );
  });

  it('agrees with one naive pass over the log', async () => {
    const plain = sketch.map((event) => {
      return { ...event, customer: 'ada', time: start, data: { bytes: 2 } };
    });
    await fc.assert(
      fc.asyncProperty(fc.array(plain, { minLength: 1, maxLength: 30 }), async (events) => {
        const content = events.map((event): Item => ({ kind: 'single', event }));
        const store = await rateWhole(createLog(content), new Set());
        const seen = new Set<string>();
        const first = events.filter(({ id }) => !seen.has(id) && seen.add(id));
        const metered = first.filter(({ type }) => type === 'request');
        expect(storedTotals(store.collapsed('charge_totals'))).toEqual(expectedTotals(metered));
      }),
      { numRuns: 60 },
    );
  });
});
