/** Rows that the store has lost come back as they were, wherever the range begins. */
import { afterEach, expect, it } from 'vitest';
import { engineSettings, keys, subscription } from '../../test/fakes/usage-scene.ts';
import { bytesMeter, callsMeter, planVersion } from '../../test/fakes/usage-scene.ts';
import { RaterWorld } from '../../test/scenarios/rater-world.ts';
import { silentLogger } from '@tidemark/platform/log';
import { InProcessRatingPool } from '../pool/in-process-rating-pool.ts';
import { reEmitRange } from './re-emit-range.ts';
import { defaultRaterConfig } from './rater-config.ts';
import { systemScheduler } from './scheduler.ts';

let world: RaterWorld;
afterEach(() => world.close());

async function ratedWorld(): Promise<void> {
  world = new RaterWorld(() => new InProcessRatingPool(engineSettings), { chunkRecords: 2 });
  world.publish(callsMeter, bytesMeter, planVersion(1, '0.02'), subscription('ada'));
  for (const id of ['a', 'b', 'a', 'c']) world.gateway.send([{ id, customer: 'ada' }]);
  world.publish(subscription('bob'));
  for (const id of ['d', 'b', 'e'])
    world.gateway.send([
      { id, customer: 'bob' },
      { id, customer: 'ada' },
    ]);
  await world.startRater();
  await world.caughtUp();
}

async function reEmit(from: number, to: number): Promise<void> {
  const outcomes = world.store.collapsed('envelope_outcomes');
  const below = outcomes.filter((row) => Number(row['offset']) < from);
  const sum = (name: string): number => below.reduce((all, row) => all + Number(row[name]), 0);
  const counts = {
    logged: sum('logged'),
    stored: sum('stored'),
    duplicate: sum('duplicate'),
    conflict: sum('conflict'),
    dead: sum('dead'),
    control: 0,
  };
  const [now] = world.store.progressRows(0).slice(-1);
  await reEmitRange(
    {
      partition: 0,
      log: world.log,
      store: world.store,
      sink: world.store,
      catalogSource: world.catalog,
      pool: new InProcessRatingPool(engineSettings),
      scheduler: systemScheduler,
      config: defaultRaterConfig,
      logger: silentLogger,
      keys,
      signal: new AbortController().signal,
    },
    { from, to, before: { counts, logTimeMs: now?.logTimeMs ?? 0 }, epochNow: now?.epoch ?? 0 },
  );
}

const tables = ['usage_events', 'envelope_outcomes', 'charge_totals'] as const;
const everything = (): unknown[] => tables.map((table) => world.store.collapsed(table));

it.each([
  [0, 9, ['usage_events']],
  [2, 5, ['usage_events']],
  [4, 9, ['usage_events']],
  [6, 9, ['usage_events']],
  [0, 9, ['envelope_outcomes']],
  [4, 9, ['envelope_outcomes']],
  [4, 9, ['usage_events', 'envelope_outcomes']],
] as const)('of the offsets %i to %i in %s', async (from, to, lost) => {
  await ratedWorld();
  const before = everything();
  const isLost = (row: Record<string, unknown>): boolean =>
    Number(row['offset']) >= from && Number(row['offset']) < to;
  for (const table of lost) world.store.lose(table, isLost);
  expect(everything()).not.toEqual(before);
  await reEmit(from, to);
  expect(everything()).toEqual(before);
});

it('is refused where the log has lost the range too, or the rows below it', async () => {
  await ratedWorld();
  world.store.lose('usage_events', (row) => Number(row['offset']) === 2);
  await expect(reEmit(4, 9)).rejects.toMatchObject({ code: 'rater/not-re-emitted' });
  world.log.trim(0, 5);
  await expect(reEmit(2, 4)).rejects.toMatchObject({ code: 'rater/not-re-emitted' });
});
