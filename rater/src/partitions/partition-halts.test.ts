/** What a rater refuses to go on from: each doubt halts its partition visibly, and the others go on. */
import { encodeControl, encodeSkip } from '@tidemark/ingest/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { engineSettings, keys, startMs, subscription } from '../../test/fakes/usage-scene.ts';
import { bytesMeter, callsMeter, planVersion } from '../../test/fakes/usage-scene.ts';
import { RaterWorld } from '../../test/scenarios/rater-world.ts';
import { hashCatalogChanges, rulesVersion } from '../catalog/index.ts';
import { InProcessRatingPool } from '../pool/in-process-rating-pool.ts';
import type { RatingFailure, RatingReply, RatingTask, ReplyTo } from '../pool/protocol.ts';
import type { PartitionHalt } from './partition-status.ts';

let world: RaterWorld;

function createWorld(options: ConstructorParameters<typeof RaterWorld>[1] = {}): RaterWorld {
  world = new RaterWorld(() => new InProcessRatingPool(engineSettings), options);
  world.publish(callsMeter, bytesMeter, planVersion(1, '0.02'), subscription('ada'));
  return world;
}

/** The halt of the first partition that halts. */
async function nextHalt(): Promise<PartitionHalt> {
  const { rater } = await world.startRater();
  return await haltOf(rater);
}

async function haltOf(
  rater: Awaited<ReturnType<RaterWorld['startRater']>>['rater'],
): Promise<PartitionHalt> {
  for (;;) {
    const halted = rater.status().find(({ halt }) => halt !== null);
    if (halted?.halt) return halted.halt;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function rateAndStop(): Promise<void> {
  await world.startRater();
  await world.caughtUp();
  await world.close();
}

function send(ids: readonly string[]): void {
  for (const id of ids) world.gateway.send([{ id, customer: 'ada' }]);
}

afterEach(async () => {
  await world.close();
});

describe('a partition halts', () => {
  it('when the log ends before progress', async () => {
    createWorld();
    send(['a', 'b', 'c']);
    await rateAndStop();
    world.log.truncate(0, 2);
    expect(await nextHalt()).toMatchObject({ reason: 'rater/log-shorter', partition: 0 });
  });

  it('when another record stands where the last rated one stood', async () => {
    createWorld();
    send(['a', 'b', 'c']);
    await rateAndStop();
    world.log.truncate(0, 3);
    send(['x']);
    expect(await nextHalt()).toMatchObject({ reason: 'rater/log-differs' });
  });

  it('when retention has taken records that were not rated', async () => {
    createWorld();
    send(['a', 'b', 'c']);
    await rateAndStop();
    send(['d', 'e']);
    world.log.trim(0, 5);
    expect(await nextHalt()).toMatchObject({ reason: 'rater/log-gap' });
    expect(world.store.collapsed('usage_events')).toHaveLength(3);
  });

  it('when the log is another one than the store knows', async () => {
    createWorld();
    send(['a']);
    await rateAndStop();
    world.log.incarnation = 8;
    expect(await nextHalt()).toMatchObject({ reason: 'rater/unknown-incarnation' });
  });

  it('when the store has lost rows that progress promises', async () => {
    createWorld();
    send(['a', 'b', 'c']);
    await rateAndStop();
    world.store.lose('usage_events', (row) => row['id'] === 'b');
    expect(await nextHalt()).toMatchObject({ reason: 'rater/counts-differ' });
  });

  it('at a record whose bytes are damaged, with everything before it durable', async () => {
    createWorld({ partitionCount: 2 });
    send(['a', 'b', 'c']);
    const partition = world.log.slice(0, 1, 1).length > 0 ? 0 : 1;
    const [record] = world.log.slice(partition, 2, 1);
    const value = record!.value.slice();
    value[10] = (value[10] ?? 0) ^ 1;
    world.log.replace(partition, 2, { value });
    const halt = await nextHalt();
    expect(halt).toMatchObject({ reason: 'rater/record-corrupt', partition, offset: 2 });
    await world.stored(() => world.store.progressRows(partition).some(({ next }) => next === 2));
    expect(world.store.collapsed('usage_events').map((row) => row['id'])).toEqual(['a']);
    // The other partition is not concerned.
    await world.stored(() =>
      world.store.progressRows(1 - partition).some(({ next }) => next === 1),
    );
  });

  it('at a marker that skips an epoch', async () => {
    createWorld();
    world.catalog.add([]);
    world.publish(subscription('bob'));
    expect(await nextHalt()).toMatchObject({ reason: 'rater/epoch-jump', offset: 1 });
  });

  it('at an epoch whose changes are not the published ones', async () => {
    createWorld();
    const epoch = world.catalog.add([subscription('bob')]);
    const marker = {
      type: 'catalog-epoch',
      epoch,
      rulesVersion,
      changesHash: hashCatalogChanges([]),
    } as const;
    world.log.put({ partition: 0, key: null, ...encodeControl(marker, keys) }, startMs);
    expect(await nextHalt()).toMatchObject({ reason: 'rater/catalog-differs', offset: 1 });
  });

  it('at an epoch that needs rules it does not know', async () => {
    createWorld();
    const epoch = world.catalog.add([]);
    const marker = {
      type: 'catalog-epoch',
      epoch,
      rulesVersion: rulesVersion + 1,
      changesHash: hashCatalogChanges([]),
    } as const;
    world.log.put({ partition: 0, key: null, ...encodeControl(marker, keys) }, startMs);
    expect(await nextHalt()).toMatchObject({ reason: 'rater/unknown-rules-version', offset: 1 });
  });

  it('when its state is lost again and again at the same record', async () => {
    createWorld();
    send(['a']);
    class FragilePool extends InProcessRatingPool {
      override run<Task extends RatingTask>(task: Task): Promise<ReplyTo<Task>> {
        if (task.kind === 'rate') this.crash();
        return super.run(task);
      }
    }
    const fragile = new RaterWorld(() => new FragilePool(engineSettings));
    fragile.publish(callsMeter);
    const { rater } = await fragile.startRater({ rebuildsMax: 3 });
    expect(await haltOf(rater)).toMatchObject({ reason: 'rater/no-state', offset: 0 });
    await fragile.close();
  });
});

describe('a partition that an operator lets pass a hole', () => {
  const skip = (from: number, to: number, partition = 0): void => {
    const decision = {
      type: 'partition-skip',
      incarnation: world.log.incarnation,
      partition,
      from,
      to,
      reason: 'disk lost',
      by: 'key_1',
      atMs: startMs,
    } as const;
    world.log.put({ partition: 0, key: null, ...encodeSkip(decision, keys) }, startMs);
  };
  const stored = (): unknown[] =>
    world.store.collapsed('usage_events').map((row) => row['id'] as string);

  it('goes on behind records that retention took, and so does every later rater', async () => {
    createWorld();
    send(['a', 'b']);
    await rateAndStop();
    send(['c', 'd', 'e']);
    world.log.trim(0, 5);
    const { rater } = await world.startRater();
    expect(await haltOf(rater)).toMatchObject({ reason: 'rater/log-gap', offset: 3 });
    skip(3, 5);
    await world.caughtUp();
    expect(stored()).toEqual(['a', 'b', 'e']);
    expect(rater.status()[0]).toMatchObject({ halt: null, counts: { control: 2, stored: 3 } });
    await world.close();
    send(['f']);
    await rateAndStop();
    expect(stored()).toEqual(['a', 'b', 'e', 'f']);
  });

  it('buries a damaged record and rates what follows', async () => {
    createWorld();
    send(['a', 'b', 'c']);
    const [record] = world.log.slice(0, 2, 1);
    const value = record!.value.slice();
    value[10] = (value[10] ?? 0) ^ 1;
    world.log.replace(0, 2, { value });
    const { rater } = await world.startRater();
    expect(await haltOf(rater)).toMatchObject({ reason: 'rater/record-corrupt', offset: 2 });
    // A wide permission passes nothing that can be read.
    skip(0, 100);
    await world.caughtUp();
    expect(stored()).toEqual(['a', 'c']);
    const [letter] = world.store.collapsed('dead_letters');
    expect(letter).toMatchObject({ reason: 'log/skipped', detail: 'Skipped by key_1: disk lost' });
    expect(rater.status()[0]).toMatchObject({ halt: null, counts: { dead: 1, stored: 2 } });
  });

  it('stays halted where the decision is about another partition, log or range', async () => {
    createWorld();
    send(['a']);
    await rateAndStop();
    send(['b', 'c']);
    world.log.trim(0, 3);
    skip(2, 3, 1);
    skip(0, 2);
    skip(3, 9);
    world.log.incarnation += 1;
    skip(2, 3);
    world.log.incarnation -= 1;
    const { rater } = await world.startRater();
    expect(await haltOf(rater)).toMatchObject({ reason: 'rater/log-gap', offset: 2 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(rater.status()[0]?.halt).not.toBeNull();
  });
});

describe('a partition goes on', () => {
  it('after a marker that it has already passed', async () => {
    createWorld();
    const again = world.log.slice(0, 0, 1)[0]!;
    world.log.put({ partition: 0, key: null, value: again.value, headers: again.headers }, startMs);
    send(['a']);
    await rateAndStop();
    const [progress] = world.store.progressRows(0).slice(-1);
    expect(progress).toMatchObject({ epoch: 1, counts: { control: 2, stored: 1 } });
  });

  it('with the last record, which a lost state had passed, although nothing follows it', async () => {
    class ForgetfulPool extends InProcessRatingPool {
      #hasForgotten = false;
      override async run<Task extends RatingTask>(task: Task): Promise<ReplyTo<Task>> {
        const reply = await super.run(task);
        const answer = reply as RatingReply | RatingFailure;
        if (this.#hasForgotten || answer.kind !== 'rated' || answer.figures.next < 2) return reply;
        this.#hasForgotten = true;
        this.crash();
        return reply;
      }
    }
    world = new RaterWorld(() => new ForgetfulPool(engineSettings));
    world.publish(callsMeter);
    send(['a']);
    await rateAndStop();
    expect(world.store.collapsed('usage_events').map((row) => row['id'])).toEqual(['a']);
  });

  it('with records from the log when the fetch left a hole', async () => {
    createWorld({ chunkRecords: 2 });
    send(['a', 'b', 'c', 'd']);
    const { rater } = await world.startRater();
    await world.caughtUp();
    expect(rater.status()[0]).toMatchObject({ phase: 'rating', next: 5, halt: null, epoch: 1 });
  });

  it('pauses the fetch above the high-water mark and resumes below', async () => {
    createWorld({ chunkRecords: 4 });
    send(Array.from({ length: 40 }, (_, number) => `e-${number}`));
    world.store.down = true;
    const starting = world.startRater({
      queueRecordsMax: 5,
      taskRecordsMax: 1,
      unflushedRowsMax: 4,
    });
    world.store.down = false;
    await starting;
    await world.caughtUp();
    expect(world.store.collapsed('usage_events')).toHaveLength(40);
    expect(world.log.pauses).toBeGreaterThan(0);
    expect(world.log.resumes).toBe(world.log.pauses);
  });
});
