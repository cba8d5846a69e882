/** The same scenarios on real worker threads, and what only threads can do: end. */
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@tidemark/platform/log';
import { createPiscinaRatingPool } from '../../src/pool/piscina-rating-pool.ts';
import type { PiscinaRatingPool } from '../../src/pool/piscina-rating-pool.ts';
import {
  bytesMeter,
  callsMeter,
  engineSettings,
  planVersion,
  subscription,
} from '../fakes/usage-scene.ts';
import { expectedTotals, storedTotals } from '../scenarios/oracle.ts';
import { describeRaterScenarios } from '../scenarios/rater-scenarios.ts';
import { RaterWorld } from '../scenarios/rater-world.ts';

const createPool = (): PiscinaRatingPool =>
  createPiscinaRatingPool({ settings: engineSettings, threads: 2, log: silentLogger });

describeRaterScenarios('worker threads', createPool);

describe('a rating thread that ends', () => {
  let world: RaterWorld;

  afterEach(async () => {
    await world.close();
  });

  it('costs a rebuild and nothing else', async () => {
    const pool = createPool();
    world = new RaterWorld(() => pool, { partitionCount: 3 });
    const customers = ['ada', 'bob', 'cyd', 'dee'];
    const subscriptions = customers.map((customer) => subscription(customer));
    world.publish(callsMeter, bytesMeter, planVersion(1, '0.02'), ...subscriptions);
    const events = Array.from({ length: 90 }, (_, i) => ({
      id: `e-${i % 80}`,
      customer: customers[i % 4]!,
      data: { bytes: i % 80 },
    }));
    const send = (from: number, to: number): void => {
      for (let at = from; at < to; at += 3) world.gateway.send(events.slice(at, at + 3));
    };
    send(0, 30);
    const { rater } = await world.startRater();
    await world.caughtUp();
    await pool.endThreads();
    send(30, 60);
    await world.caughtUp();
    const killed = pool.endThreads();
    send(60, 90);
    await killed;
    await world.caughtUp();
    expect(storedTotals(world.store.collapsed('charge_totals'))).toEqual(expectedTotals(events));
    expect(world.store.violations).toEqual([]);
    expect(rater.status().map(({ phase }) => phase)).toEqual(['rating', 'rating', 'rating']);
  });
});
