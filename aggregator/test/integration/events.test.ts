import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '@tidemark/platform/clock';
import { findEvent, listConflicts, listDeadLetters, listEvents } from '../../src/events/index.ts';
import type { EventsQuery } from '../../src/events/index.ts';
import {
  conflictBlocks,
  deadLetterBlocks,
  eventBlocks,
  progressEverywhere,
  startTestStore,
} from '../test-store.ts';
import type { TestEvent, TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

const minute = (number: number) => `2026-03-01T10:${String(number).padStart(2, '0')}:00Z`;
const list = (query: Partial<EventsQuery> = {}) =>
  listEvents(test.clickHouse, { tenant: 'acme', limit: 50, ...query });

describe('the list of events', () => {
  const events: TestEvent[] = Array.from({ length: 9 }, (_, offset) => ({
    subject: offset % 2 === 0 ? 'a' : "b'ü",
    // Two events of one minute: the coordinate orders them.
    time: minute(Math.floor(offset / 2)),
    id: `e${offset}`,
    offset,
    partition: 0,
  }));

  it('is newest first, page by page, each event once although it lies there several times', async () => {
    await test.sink.writeRows(eventBlocks(events));
    await test.sink.writeRows(eventBlocks(events));
    await test.sink.writeRows(eventBlocks(events.slice(3, 7)));
    await test.sink.writeProgress(progressEverywhere(8));
    const ids: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 3, cursor });
      ids.push(page.rows.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(ids).toEqual([
      ['e7', 'e6', 'e5'],
      ['e4', 'e3', 'e2'],
      ['e1', 'e0'],
    ]);
  });

  it('can be of a customer, a type and a half-open span', async () => {
    await test.sink.writeRows(
      eventBlocks([...events, { ...events[1]!, type: 'other', id: 'x', offset: 20 }]),
    );
    await test.sink.writeProgress(progressEverywhere(30));
    const idsOf = async (query: Partial<EventsQuery>) =>
      (await list(query)).rows.map(({ id }) => id);
    expect(await idsOf({ customer: "b'ü" })).toEqual(['e7', 'e5', 'e3', 'x', 'e1']);
    expect(await idsOf({ type: 'other' })).toEqual(['x']);
    const span = { from: parseInstant(minute(1)), to: parseInstant(minute(3)) };
    expect(await idsOf(span)).toEqual(['e5', 'e4', 'e3', 'e2']);
    expect(await idsOf({ tenant: 'rival' })).toEqual([]);
  });

  it('refuses a cursor of another list or tenant, and one that is none', async () => {
    await test.sink.writeRows(eventBlocks(events));
    await test.sink.writeProgress(progressEverywhere(30));
    const { nextCursor } = await list({ limit: 1 });
    const cursor = nextCursor!;
    const foreign = { code: 'aggregator/cursor-foreign', kind: 'invalid-input' };
    await expect(list({ cursor, tenant: 'rival' })).rejects.toMatchObject(foreign);
    await expect(list({ cursor: 'bm9uZQ' })).rejects.toMatchObject(foreign);
    const letters = listDeadLetters(test.clickHouse, { tenant: 'acme', limit: 1, cursor });
    await expect(letters).rejects.toMatchObject(foreign);
    await expect(list({ limit: 0 })).rejects.toMatchObject({ code: 'aggregator/page-limit' });
  });
});

describe('one event', () => {
  it('is found by source and id, for each customer that has it', async () => {
    const event = { time: minute(1), id: `id'"\\ü`, source: 'edge "1"' };
    await test.sink.writeRows(
      eventBlocks([
        { ...event, subject: 'a', offset: 1, data: { n: 1 } },
        { ...event, subject: 'b', offset: 2 },
        { ...event, subject: 'a', offset: 3, tenant: 'rival' },
        { ...event, subject: 'c', offset: 99 },
      ]),
    );
    await test.sink.writeProgress(progressEverywhere(50));
    const { source, id } = event;
    const found = await findEvent(test.clickHouse, { tenant: 'acme', source, id });
    expect(found.stored.map(({ customer }) => customer)).toEqual(['a', 'b']);
    const one = await findEvent(test.clickHouse, { tenant: 'acme', source, id, customer: 'a' });
    expect(one.stored).toMatchObject([{ data: '{"n":1}', position: { offset: 1 } }]);
  });

  it('is found among the dead letters', async () => {
    await test.sink.writeRows(
      deadLetterBlocks([{ offset: 4, reason: 'ingest/x', subject: 'a', id: 'd' }]),
    );
    await test.sink.writeProgress(progressEverywhere(50));
    const found = await findEvent(test.clickHouse, { tenant: 'acme', source: 'edge-1', id: 'd' });
    expect(found).toMatchObject({ stored: [], deadLetters: [{ reason: 'ingest/x' }] });
  });
});

describe('dead letters and conflicts', () => {
  it('are listed newest first below the progress, once each', async () => {
    const letters = [1, 2, 3, 9].map((offset) => ({ offset, reason: `r/${offset % 2}` }));
    await test.sink.writeRows(deadLetterBlocks(letters));
    await test.sink.writeRows(deadLetterBlocks(letters));
    await test.sink.writeProgress(progressEverywhere(9));
    const query = { tenant: 'acme', limit: 2 };
    const page = await listDeadLetters(test.clickHouse, query);
    expect(page.rows.map(({ position }) => position.offset)).toEqual([3, 2]);
    const next = await listDeadLetters(test.clickHouse, { ...query, cursor: page.nextCursor! });
    expect(next).toMatchObject({ rows: [{ position: { offset: 1 } }], nextCursor: null });
    const odd = await listDeadLetters(test.clickHouse, { ...query, reason: 'r/1' });
    expect(odd.rows.map(({ position }) => position.offset)).toEqual([3, 1]);
  });

  it('name the event that was billed in the place of the conflicting one', async () => {
    const conflicts = conflictBlocks([
      { subject: 'a', id: 'e1', time: minute(1), offset: 5, owner: { offset: 2, index: 7 } },
    ]);
    await test.sink.writeRows(conflicts);
    await test.sink.writeRows(conflicts);
    await test.sink.writeProgress(progressEverywhere(9));
    const page = await listConflicts(test.clickHouse, { tenant: 'acme', limit: 5, customer: 'a' });
    expect(page.rows).toMatchObject([{ id: 'e1', owner: { offset: 2, index: 7 } }]);
  });
});
