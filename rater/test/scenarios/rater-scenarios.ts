/** What a rater must do whatever its pool is made of; run with the in-process twin and with real threads. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { formatInstant } from '@tidemark/ingest/contract';
import { afterEach, describe, expect, it } from 'vitest';
import type { SubscriptionChange } from '../../src/catalog/index.ts';
import {
  bytesMeter,
  callsMeter,
  planVersion,
  start,
  startMs,
  subscription,
  tenant,
  usageEvent,
} from '../fakes/usage-scene.ts';
import type { EventSketch } from '../fakes/usage-scene.ts';
import { expectedTotals, storedTotals } from './oracle.ts';
import { RaterWorld } from './rater-world.ts';
import type { CreatePool } from './rater-world.ts';

const hour = 3600 * 1_000_000;
const customers = ['ada', 'bob', 'cyd', 'dee'];

/** `count` events of several customers; every seventh is a copy of an earlier one. */
function traffic(count: number, from = 0): EventSketch[] {
  return Array.from({ length: count }, (_, position) => {
    const number = from + position;
    const original = number % 7 === 6 ? number - 3 : number;
    return {
      id:
        original % 2 === 0
          ? `e-${original}`
          : `00000000-0000-4000-8000-${String(original).padStart(12, '0')}`,
      customer: customers[original % customers.length]!,
      time: start + original * hour,
      data: { bytes: original * 3, region: original % 3 === 0 ? 'eu' : 'us' },
    };
  });
}

function sendIn(world: RaterWorld, events: readonly EventSketch[], perEnvelope: number): void {
  for (let at = 0; at < events.length; at += perEnvelope) {
    const some = events.slice(at, at + perEnvelope);
    // The log moves with the events, so that all are inside the acceptance window.
    const newest = Math.max(...some.map(({ time }) => time ?? start));
    world.gateway.send(some, newest / 1000);
  }
}

export function describeRaterScenarios(name: string, createPool: CreatePool): void {
  const worlds: RaterWorld[] = [];
  const createWorld = (
    ...options: ConstructorParameters<typeof RaterWorld> extends [unknown, ...infer Rest]
      ? Rest
      : never
  ): RaterWorld => {
    const world = new RaterWorld(createPool, ...options);
    worlds.push(world);
    return world;
  };
  const catalogOf = (world: RaterWorld, some = customers): void => {
    world.publish(
      callsMeter,
      bytesMeter,
      planVersion(1, '0.02'),
      ...some.map((customer): SubscriptionChange => subscription(customer)),
    );
  };

  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close();
  });

  describe(`a rater with ${name}`, () => {
    it('stores every event once and adds it to the totals of its customer', async () => {
      const world = createWorld({ partitionCount: 3 });
      catalogOf(world);
      const events = traffic(60);
      sendIn(world, events, 7);
      await world.startRater();
      await world.caughtUp();
      expect(world.store.violations).toEqual([]);
      expect(storedTotals(world.store.collapsed('charge_totals'))).toEqual(expectedTotals(events));
      expect(world.store.collapsed('usage_events')).toHaveLength(60 - 8);
    });

    it('prices the totals with the plan of the subscription', async () => {
      const world = createWorld();
      catalogOf(world, ['ada']);
      sendIn(
        world,
        Array.from({ length: 12 }, (_, i) => ({ id: `${i}`, customer: 'ada', data: { bytes: 2 } })),
        5,
      );
      await world.startRater();
      await world.caughtUp();
      const amounts = world.store
        .collapsed('charge_totals')
        .map((row) => [row['charge'], row['amount']]);
      // 12 calls lie in the second volume tier: 12 x 0.01; 24 bytes x 0.02.
      expect(amounts).toEqual([
        ['bytes', `${48n * 10n ** 34n}`],
        ['calls', `${12n * 10n ** 34n}`],
      ]);
    });

    it('goes on where progress stands after a restart, and ends with the same rows as without', async () => {
      const events = traffic(40);
      const whole = createWorld({ partitionCount: 2 });
      catalogOf(whole);
      sendIn(whole, events, 4);
      await whole.startRater();
      await whole.caughtUp();

      const world = createWorld({ partitionCount: 2 });
      catalogOf(world);
      sendIn(world, events.slice(0, 20), 4);
      await world.startRater();
      await world.caughtUp();
      await world.close();
      sendIn(world, events.slice(20), 4);
      await world.startRater();
      await world.caughtUp();
      expect(world.store.contents()).toEqual(whole.store.contents());
      expect(world.store.violations).toEqual([]);
    });

    it('rebuilds when rows landed without their progress', async () => {
      const events = traffic(40);
      const world = createWorld();
      catalogOf(world);
      sendIn(world, events, 4);
      await world.startRater();
      await world.caughtUp();
      await world.close();
      const before = world.store.contents();
      // As if the process had died between rows and progress, at several places.
      for (const next of [9, 5, 1]) {
        world.store.forgetProgressAbove(0, next);
        await world.startRater();
        await world.caughtUp();
        await world.close();
        expect(world.store.contents()).toEqual(before);
      }
      expect(world.store.violations).toEqual([]);
    });

    it('repeats writes that were refused, lost their answer or land late, and bills nothing twice', async () => {
      const events = traffic(40);
      const world = createWorld({ chunkRecords: 1 });
      catalogOf(world);
      world.store.rowFaults.push('answer-lost', 'refused', 'late', 'late', 'answer-lost');
      world.store.progressFaults.push('refused', 'answer-lost');
      sendIn(world, events, 4);
      await world.startRater();
      await world.caughtUp();
      world.store.landLate();
      expect(world.store.violations).toEqual([]);
      expect(storedTotals(world.store.collapsed('charge_totals'))).toEqual(expectedTotals(events));
    });

    it('lets two owners of one partition write at the same time', async () => {
      const events = traffic(60);
      const world = createWorld({ partitionCount: 2, chunkRecords: 2 });
      catalogOf(world);
      sendIn(world, events.slice(0, 30), 3);
      await world.startRater();
      await world.startRater({ taskRecordsMax: 1 });
      sendIn(world, events.slice(30), 3);
      await world.caughtUp();
      await world.close();
      expect(world.store.violations).toEqual([]);
      expect(storedTotals(world.store.collapsed('charge_totals'))).toEqual(expectedTotals(events));
    });

    it('computes the totals of a subscription that comes after its usage', async () => {
      const events = traffic(30);
      const world = createWorld();
      world.publish(callsMeter, bytesMeter, planVersion(1, '0.02'));
      sendIn(world, events.slice(0, 15), 4);
      world.publish(...customers.map((customer) => subscription(customer)));
      sendIn(world, events.slice(15), 4);
      await world.startRater();
      await world.caughtUp();
      expect(storedTotals(world.store.collapsed('charge_totals'))).toEqual(expectedTotals(events));
      expect(world.store.violations).toEqual([]);
    });

    it('opens a segment with its own total where the price changes inside a period', async () => {
      const world = createWorld();
      world.publish(callsMeter, bytesMeter, planVersion(1, '0.02'), subscription('ada'));
      const at = (time: number, id: string): EventSketch => ({ id, customer: 'ada', time });
      sendIn(world, [at(start, 'a'), at(start + 50 * hour, 'b'), at(start + 51 * hour, 'c')], 3);
      const change = start + 51 * hour;
      world.publish(
        planVersion(2, '0.03'),
        subscription('ada', {
          phases: [
            { from: start, plan: 'web', version: 1 },
            { from: change, plan: 'web', version: 2 },
          ],
        }),
      );
      sendIn(world, [at(start + 52 * hour, 'd'), at(start + 49 * hour, 'e')], 1);
      await world.startRater();
      await world.caughtUp();
      const calls = world.store
        .collapsed('charge_totals')
        .filter((row) => row['charge'] === 'calls')
        .map((row) => [
          Number(row['segment_start']),
          Number(row['events']),
          Number(row['amount']) / 1e36,
        ]);
      expect(calls).toEqual([
        [start, 3, 0.06],
        [change, 2, 0.06],
      ]);
    });

    it('empties the total of a subscription that ends before its usage', async () => {
      const world = createWorld();
      catalogOf(world, ['ada']);
      sendIn(world, [{ id: 'a', customer: 'ada' }], 1);
      world.publish(subscription('ada', { endsAt: start }));
      await world.startRater();
      await world.caughtUp();
      const rows = world.store.collapsed('charge_totals');
      expect(rows.map((row) => [row['events'], row['amount'], row['quantity']])).toEqual([
        ['0', '0', 'null'],
        ['0', '0', 'null'],
      ]);
    });

    it('empties the total of a charge whose meter no longer takes any of its events', async () => {
      const world = createWorld();
      catalogOf(world, ['ada']);
      sendIn(world, [{ id: 'a', customer: 'ada' }], 1);
      const filter = { kind: ['download'] };
      const definition = { key: 'calls', eventType: 'request', aggregation: 'count', filter };
      world.publish({ ...callsMeter, version: 2, effectiveFrom: start, definition });
      await world.startRater();
      await world.caughtUp();
      const rows = world.store.collapsed('charge_totals');
      expect(rows.map((row) => [row['charge'], row['events'], row['version']])).toEqual([
        ['bytes', '1', '2'],
        ['calls', '0', '3'],
      ]);
    });

    it('waits for a store and a catalog that are away, and then goes on', async () => {
      const events = traffic(20);
      const world = createWorld();
      catalogOf(world);
      sendIn(world, events, 4);
      world.store.down = true;
      world.catalog.down = true;
      const { rater } = { rater: world.startRater() };
      await new Promise((resolve) => setImmediate(resolve));
      expect(world.store.physicalRows).toBe(0);
      world.store.down = false;
      world.catalog.down = false;
      await rater;
      await world.caughtUp();
      expect(storedTotals(world.store.collapsed('charge_totals'))).toEqual(expectedTotals(events));
    });

    it('counts duplicates and lists conflicts; the first copy is billed', async () => {
      const world = createWorld();
      catalogOf(world, ['ada']);
      const first = { id: 'a', customer: 'ada', data: { bytes: 5 } };
      world.gateway.send([first, first]);
      world.gateway.send([{ ...first, data: { bytes: 6 } }, first, { ...first, source: 'other' }]);
      await world.startRater();
      await world.caughtUp();
      const [progress] = world.store.progressRows(0).slice(-1);
      expect(progress?.counts).toEqual({
        logged: 5,
        stored: 2,
        duplicate: 3,
        conflict: 1,
        dead: 0,
        control: 1,
      });
      const [conflict] = world.store.collapsed('event_conflicts');
      expect(conflict).toMatchObject({ data: '{"bytes":6}', owner_offset: '1', owner_index: '0' });
    });

    it('buries what cannot be rated, with the reason, and goes on', async () => {
      const world = createWorld({ partitionCount: 2 });
      catalogOf(world);
      world.gateway.send([{ id: 'ok', customer: 'ada' }]);
      const { partition } = [0, 1]
        .map((candidate) => ({ candidate, partition: candidate }))
        .find(({ candidate }) => world.log.slice(candidate, 1, 1).length === 0)!;
      world.gateway.sendTo(partition, [{ id: 'stray', customer: 'ada' }]);
      world.gateway.send([{ id: 'old', customer: 'ada', time: start - 40 * 24 * hour }]);
      world.gateway.send(
        [{ id: 'old', customer: 'ada', time: start - 40 * 24 * hour }],
        startMs,
        true,
      );
      world.gateway.send([{ id: 'word', customer: 'ada', data: { bytes: 'many' } }]);
      world.log.put(
        { partition: 0, key: 'acme:ada', value: Buffer.from('{'), headers: {} },
        startMs,
      );
      await world.startRater();
      await world.caughtUp();
      const reasons = world.store
        .collapsed('dead_letters')
        .map((row) => row['reason'])
        .sort();
      expect(reasons).toEqual([
        'ingest/event-too-old',
        'ingest/value-not-a-number',
        'log/not-json',
        'log/wrong-partition',
      ]);
      expect(world.store.collapsed('usage_events').map((row) => row['id'])).toEqual(
        expect.arrayContaining(['ok', 'old']),
      );
      expect(world.store.violations).toEqual([]);
    });

    it('buries an operation that a count of distinct values does not know, from that meter on', async () => {
      const world = createWorld();
      catalogOf(world, ['ada']);
      const seats = { ...callsMeter, key: 'seats', effectiveFrom: start + hour };
      const counted = { eventType: 'request', aggregation: 'unique_count', property: 'seat' };
      world.publish({ ...seats, definition: { key: 'seats', ...counted } });
      const operations = ['add', 'remove', null, undefined, 'read', 1, true, {}, ['add']];
      const sent = (at: number) =>
        operations.map((operation, index) => ({
          id: `${at}-${index}`,
          customer: 'ada',
          time: start + at * hour,
          data: { seat: 'a', ...(operation !== undefined && { operation }) },
        }));
      world.gateway.send([...sent(0), ...sent(1)], startMs + 2 * (hour / 1000));
      // Events of a foreign producer, which no gateway has seen.
      for (const sketch of sent(2)) {
        const { time, ...event } = usageEvent(sketch);
        const foreign = {
          specversion: '1.0',
          ...event,
          tenant: undefined,
          time: formatInstant(time),
        };
        const value = Buffer.from(JSON.stringify(foreign));
        const record = { partition: 0, key: `${tenant}:ada`, value, headers: {} };
        world.log.put(record, startMs + 2 * (hour / 1000));
      }
      await world.startRater();
      await world.caughtUp();
      const buried = world.store.collapsed('dead_letters');
      expect(
        new Set(buried.map(({ reason, detail }) => `${String(reason)} ${String(detail)}`)),
      ).toEqual(new Set(['ingest/unknown-operation operation']));
      expect(buried).toHaveLength(10);
      const stored = world.store.collapsed('usage_events').map(({ id }) => String(id));
      expect(stored.filter((id) => id.startsWith('0-'))).toHaveLength(9);
      for (const at of [1, 2]) {
        expect(stored.filter((id) => id.startsWith(`${at}-`)).sort()).toEqual(
          [0, 1, 2, 3].map((index) => `${at}-${index}`),
        );
      }
    });

    it('starts no partition once it is stopped, when the store answers only then', async () => {
      const world = createWorld({ partitionCount: 2 });
      const answer = Promise.withResolvers<undefined>();
      const readProgress = world.store.readProgress.bind(world.store);
      let reads = 0;
      world.store.readProgress = async () => {
        reads++;
        await answer.promise;
        return readProgress();
      };
      const { rater } = world.createRater();
      const starting = rater.start();
      await rater.stop();
      answer.resolve(undefined);
      await starting;
      await nextTurn();
      // A partition that was started all the same would read where its state stands, again and again.
      expect({ reads, status: rater.status() }).toEqual({ reads: 1, status: [] });
    });
  });
}
