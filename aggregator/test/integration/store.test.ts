import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseInstant } from '@tidemark/platform/clock';
import { rowTables } from '@tidemark/rater/rows';
import type { OwnerColumns, StoredUsageEvent } from '@tidemark/rater/ports';
import {
  eventBlocks,
  fingerprintOf,
  fullEvent,
  payloadHashOf,
  progressOf,
  startTestStore,
  totalBlocks,
} from '../test-store.ts';
import type { TestEvent, TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

const time = '2026-03-01T10:00:00.123456Z';

async function collect<Row>(chunks: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const chunk of chunks) rows.push(...chunk);
  return rows;
}

function ownersOf(columns: OwnerColumns): string[] {
  return Array.from({ length: columns.count }, (_, row) => {
    const fingerprint = columns.fingerprints.subarray(row * 16, row * 16 + 16);
    const hex = Buffer.from(fingerprint).toString('hex');
    return `${hex} ${columns.offsets[row]}/${columns.indices[row]} ${columns.payloadHashes[row]}`;
  }).sort();
}

function ownerOf(given: TestEvent): string {
  const event = fullEvent(given);
  return `${fingerprintOf(event).toString('hex')} ${event.offset}/${event.index} ${payloadHashOf(event)}`;
}

describe('the tables', () => {
  it('have the columns that the rater writes, in its order and types', async () => {
    const row = z.object({ table: z.string(), name: z.string(), type: z.string() });
    const columns = await test.clickHouse.query({
      sql: `SELECT table, name, type FROM system.columns
        WHERE database = currentDatabase() AND table IN {tables:Array(String)} ORDER BY table, position`,
      parameters: { tables: Object.keys(rowTables) },
      row,
    });
    const actual = Object.groupBy(columns, ({ table }) => table);
    for (const [table, expected] of Object.entries(rowTables)) {
      expect(actual[table]?.map(({ name, type }) => [name, type])).toEqual(expected);
    }
  });

  it('are synced at every insert and collapse copies of a row', async () => {
    const tables = await test.clickHouse.query({
      sql: `SELECT name, create_table_query AS ddl FROM system.tables
        WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
      row: z.object({ name: z.string(), ddl: z.string() }),
    });
    expect(tables.map(({ name }) => name).sort()).toEqual(
      [...Object.keys(rowTables), 'event_owners', 'schema_migrations'].sort(),
    );
    for (const { ddl } of tables) {
      expect(ddl).toContain('ReplacingMergeTree');
      expect(ddl).toContain('fsync_after_insert = 1');
      expect(ddl).toContain('fsync_part_directory = 1');
    }
  });
});

describe('progress', () => {
  it('is read as the greatest row of each partition, exactly as written', async () => {
    const counts = { logged: 9, stored: 6, duplicate: 2, conflict: 1, dead: 1, control: 3 };
    const newest = progressOf(1, 12, { counts, gateways: '{"gw":{"ackedThrough":7}}' });
    await test.sink.writeProgress([progressOf(0, 5), newest]);
    await test.sink.writeProgress([progressOf(1, 7)]);
    expect(await test.store.readProgress()).toEqual([progressOf(0, 5), newest]);
  });

  it('keeps the lives of a log apart', async () => {
    await test.sink.writeProgress([progressOf(0, 90), progressOf(0, 5, { incarnation: 2 })]);
    const rows = await test.store.readProgress();
    expect(rows.map(({ incarnation, next }) => [incarnation, next])).toEqual([
      [1, 90],
      [2, 5],
    ]);
  });
});

describe('owners', () => {
  const events: TestEvent[] = Array.from({ length: 40 }, (_, offset) => ({
    subject: 's',
    partition: 0,
    offset,
    id: `id-${offset}`,
    time,
  }));

  it('of a range of offsets come once each, also where rows lie there twice', async () => {
    await test.sink.writeRows(eventBlocks(events));
    await test.sink.writeRows(eventBlocks(events.slice(10, 30)));
    const range = { incarnation: 1, partition: 0, from: 15, below: 35 };
    const chunks: string[] = [];
    for await (const owners of test.store.readOwners(range)) chunks.push(...ownersOf(owners));
    expect(chunks.sort()).toEqual(events.slice(15, 35).map(ownerOf).sort());
  });

  it('are found by fingerprint, below the bound and in this partition only', async () => {
    await test.sink.writeRows(eventBlocks(events));
    await test.sink.writeRows(eventBlocks(events.slice(5, 8)));
    await test.sink.writeRows(
      eventBlocks([{ subject: 's', partition: 1, offset: 3, id: 'else', time }]),
    );
    const asked = [
      events[5]!,
      events[30]!,
      { ...events[0]!, id: 'unknown' },
      { ...events[0]!, partition: 1, offset: 3, id: 'else' },
    ];
    const fingerprints = Buffer.concat(asked.map((event) => fingerprintOf(fullEvent(event))));
    const query = { incarnation: 1, partition: 0, below: 20, fingerprints };
    expect(ownersOf(await test.store.findOwners(query))).toEqual([ownerOf(events[5]!)]);
  });

  it('of more fingerprints than one statement takes are all found', async () => {
    const many = Array.from({ length: 7000 }, (_, index) => ({
      ...events[0]!,
      id: `n-${index}`,
      index,
    }));
    await test.sink.writeRows(eventBlocks(many));
    const fingerprints = Buffer.concat(many.map((event) => fingerprintOf(fullEvent(event))));
    const found = await test.store.findOwners({
      incarnation: 1,
      partition: 0,
      below: 1,
      fingerprints,
    });
    expect(found.count).toBe(7000);
  });
});

describe('charge totals', () => {
  it('are the newest of each key, also above the bound', async () => {
    const total = {
      customer: 'Zoë',
      subscription: 'sub_1',
      charge: 'calls',
      periodStart: '2026-03-01T00:00:00Z',
      events: 2,
      state: '{"count":2,"sum":"0.000000000000000001"}',
      amount: 123n,
    };
    await test.sink.writeRows(totalBlocks([{ ...total, version: 50 }]));
    await test.sink.writeRows(totalBlocks([{ ...total, version: 9, state: 'old' }]));
    const partition = fullEvent({ subject: 'Zoë', time, offset: 0 }).partition;
    const rows = await collect(
      test.store.readChargeTotals({ incarnation: 1, partition, below: 10 }),
    );
    expect(rows).toEqual([
      {
        tenant: 'acme',
        customer: 'Zoë',
        subscription: 'sub_1',
        charge: 'calls',
        periodStart: parseInstant(total.periodStart),
        segmentStart: parseInstant(total.periodStart),
        version: 50,
        events: 2,
        state: total.state,
      },
    ]);
  });
});

describe('usage events', () => {
  const query = {
    incarnation: 1,
    partition: 0,
    below: 100,
    tenant: 'acme',
    types: ['web.request'],
    from: parseInstant('2026-03-01T00:00:00Z')!,
    to: parseInstant('2026-03-02T00:00:00Z')!,
  };
  const places = (rows: readonly StoredUsageEvent[]) =>
    rows.map(({ subject, offset, index }) => `${subject} ${offset}/${index}`);

  it('come once each in (subject, time, offset, index) order', async () => {
    const at = (clock: string) => `2026-03-01T${clock}Z`;
    const events: TestEvent[] = [
      { subject: "b'o", partition: 0, offset: 1, time: at('10:00:00.000002') },
      { subject: "b'o", partition: 0, offset: 2, time: at('10:00:00.000001') },
      { subject: 'ä"\\', partition: 0, offset: 3, index: 1, time: at('09:00:00') },
      { subject: 'ä"\\', partition: 0, offset: 3, index: 0, time: at('09:00:00') },
      { subject: 'a', partition: 0, offset: 4, time: at('23:59:59.999999') },
    ];
    await test.sink.writeRows(eventBlocks(events));
    await test.sink.writeRows(eventBlocks(events.slice(1, 4)));
    const subjects = ['ä"\\', 'a', "b'o", 'nobody'];
    const rows = await collect(test.store.readUsageEvents({ ...query, subjects }));
    expect(places(rows)).toEqual(['a 4/0', "b'o 2/0", "b'o 1/0", 'ä"\\ 3/0', 'ä"\\ 3/1']);
    expect(rows[0]).toMatchObject({ time: parseInstant(at('23:59:59.999999')), data: '{}' });
  });

  it('leave out what lies at or above the bound, outside of the span or of another type', async () => {
    const base = { subject: 'a', partition: 0, time: '2026-03-01T10:00:00Z' };
    await test.sink.writeRows(
      eventBlocks([
        { ...base, offset: 99 },
        { ...base, offset: 100 },
        { ...base, offset: 1, time: '2026-02-28T23:59:59.999999Z' },
        { ...base, offset: 2, time: '2026-03-02T00:00:00Z' },
        { ...base, offset: 3, time: '2026-03-01T00:00:00Z' },
        { ...base, offset: 4, type: 'other' },
        { ...base, offset: 5, tenant: 'rival' },
        { ...base, offset: 6, partition: 1 },
        { ...base, offset: 7, incarnation: 2 },
      ]),
    );
    const rows = await collect(test.store.readUsageEvents({ ...query, subjects: ['a'] }));
    expect(places(rows)).toEqual(['a 3/0', 'a 99/0']);
  });
});

describe('writing rows', () => {
  it('takes several blocks a table in one statement', async () => {
    const first = eventBlocks([{ subject: 'a', offset: 1, time }]).usage_events![0]!;
    const second = eventBlocks([{ subject: 'b', offset: 2, time }]).usage_events![0]!;
    await test.sink.writeRows({ usage_events: [first, second] });
    const [row] = await test.clickHouse.query({
      sql: 'SELECT toString(count()) AS rows FROM usage_events',
      row: z.object({ rows: z.string() }),
    });
    expect(row?.rows).toBe('2');
  });

  it('rejects with the fault of the store and writes the other tables all the same', async () => {
    const blocks = {
      ...eventBlocks([{ subject: 'a', offset: 1, time }]),
      dead_letters: [Uint8Array.of(1, 1, 9)],
    };
    await expect(test.sink.writeRows(blocks)).rejects.toThrow();
    const rows = await collect(
      test.store.readUsageEvents({
        incarnation: 1,
        partition: fullEvent({ subject: 'a', offset: 1, time }).partition,
        below: 2,
        tenant: 'acme',
        subjects: ['a'],
        types: ['web.request'],
        from: 0,
        to: parseInstant('2027-01-01T00:00:00Z')!,
      }),
    );
    expect(rows).toHaveLength(1);
  });
});
