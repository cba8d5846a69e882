/** The laws of the rating step, over random logs: batching, replay and forgetting change nothing that a reader can see. */
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
} from '../../test/fakes/usage-scene.ts';
import type { EventSketch } from '../../test/fakes/usage-scene.ts';

const event: fc.Arbitrary<EventSketch> = fc.record({
  id: fc.nat(12).map((number) => `e-${number}`),
  customer: fc.constantFrom('ada', 'bob'),
  time: fc.constantFrom(start, start + 1, boundaries[1]! - 1, boundaries[1]!, boundaries[2]! + 5),
  data: fc.record({ bytes: fc.nat(3) }),
});
const envelopes = fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 12,
});
/** More identities than a tiny index holds, and copies of early ones at the end. */
const manyIds = fc
  .array(
    fc.array(
      fc.record({
        id: fc.nat(40).map((number) => `e-${number}`),
        customer: fc.constantFrom('ada', 'bob'),
      }),
      { minLength: 3, maxLength: 4 },
    ),
    { minLength: 10, maxLength: 12 },
  )
  .map((batches) => [...batches, ...batches.slice(0, 3)]);
const flushes = fc.uniqueArray(fc.nat(16)).map((offsets) => new Set(offsets));

/** Epoch 1 before everything; epoch 2 brings the second customer in the middle; epoch 3 a price change. */
function createLog(batches: readonly (readonly EventSketch[])[]): {
  log: MemoryEventLog;
  catalog: MemoryCatalog;
  end: number;
} {
  const log = new MemoryEventLog();
  const catalog = new MemoryCatalog();
  const gateway = new Gateway(log);
  catalog.publish(
    log,
    [callsMeter, bytesMeter, planVersion(1, '0.02'), subscription('ada')],
    keys,
    startMs,
  );
  batches.forEach((events, position) => {
    if (position === 4) catalog.publish(log, [subscription('bob')], keys, startMs);
    if (position === 8) {
      const phases = [
        { from: start, plan: 'web', version: 1 },
        { from: boundaries[1]!, plan: 'web', version: 2 },
      ];
      catalog.publish(
        log,
        [planVersion(2, '0.03'), subscription('ada', { phases })],
        keys,
        startMs,
      );
    }
    // Backfill, so that events of three periods fit one log.
    gateway.send(events, startMs + position, true);
  });
  return { log, catalog, end: log.slice(0, 0, 100).length };
}

async function rateWhole(
  world: ReturnType<typeof createLog>,
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

describe('the rating step', () => {
  it('ends in the same rows however the log is cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(envelopes, flushes, flushes, async (batches, oneWay, another) => {
        const world = createLog(batches);
        const first = await rateWhole(world, oneWay);
        const second = await rateWhole(world, another);
        expect(second.contents()).toEqual(first.contents());
        expect([...first.violations, ...second.violations]).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('writes identical rows again when it is replayed from any progress', async () => {
    await fc.assert(
      fc.asyncProperty(
        envelopes,
        flushes,
        fc.nat(15),
        flushes,
        async (batches, cuts, from, again) => {
          const world = createLog(batches);
          const store = await rateWhole(world, new Set([...cuts, from]));
          const before = store.contents();
          store.forgetProgressAbove(0, from + 1);
          const replay = new EngineRun({ ...world, store });
          await replay.open();
          await replay.rate(world.end, again);
          await replay.flush();
          expect(store.contents()).toEqual(before);
          expect(store.violations).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('agrees with one naive pass over the log', async () => {
    await fc.assert(
      fc.asyncProperty(envelopes, flushes, async (batches, cuts) => {
        const store = await rateWhole(createLog(batches), cuts);
        const events = batches
          .flat()
          .filter(({ customer }) => batches.length > 4 || customer === 'ada');
        expect(storedTotals(store.collapsed('charge_totals'))).toEqual(expectedTotals(events));
      }),
      { numRuns: 60 },
    );
  });

  it('answers the same when the dedup index may remember next to nothing', async () => {
    const forgetful = {
      ...engineSettings,
      dedupLimits: { ownerBytesMax: 8 * 28 * 4, tagBytesMax: 0 },
    };
    const hazy = {
      ...engineSettings,
      dedupLimits: { ownerBytesMax: 8 * 28 * 4, tagBytesMax: 8 * 4 * 2 },
    };
    await fc.assert(
      fc.asyncProperty(manyIds, flushes, async (batches, cuts) => {
        const world = createLog(batches);
        const exact = await rateWhole(world, cuts);
        expect((await rateWhole(world, cuts, forgetful)).contents()).toEqual(exact.contents());
        expect((await rateWhole(world, cuts, hazy)).contents()).toEqual(exact.contents());
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same totals for any order of the same events', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(event, {
          selector: ({ id, customer }) => `${id} ${customer}`,
          minLength: 1,
          maxLength: 12,
        }),
        fc.func(fc.nat()),
        async (events, order) => {
          const shuffled = events.toSorted((a, b) => order(a.id) - order(b.id));
          const totals = async (some: readonly EventSketch[]): Promise<unknown> => {
            const store = await rateWhole(createLog([some]), new Set());
            return store
              .collapsed('charge_totals')
              .map(({ state, amount, events: count }) => [state, amount, count]);
          };
          expect(await totals(shuffled)).toEqual(await totals(events));
        },
      ),
      { numRuns: 40 },
    );
  });
});
