/** The second conservation equation over the real engine: each stored event of a meter's type is measured or unmatched. */
import { parseInstant } from '@tidemark/platform/clock';
import type { MeterChange } from '@tidemark/rater/catalog';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readConservation } from '../../src/reconcile/index.ts';
import { eventBlocks, progressEverywhere, startTestStore } from '../test-store.ts';
import type { TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

function meter(key: string, definition: Record<string, unknown>): MeterChange {
  const own = { key, eventType: 'web.request', dimensions: ['kind'], ...definition };
  return { kind: 'meter', tenant: 'acme', key, version: 1, effectiveFrom: null, definition: own };
}

const meters = [
  meter('all', { aggregation: 'count' }),
  meter('bytes', { aggregation: 'sum', property: 'n', filter: { kind: ['a'] } }),
  meter('peak', { aggregation: 'max', property: 'n' }),
  meter('sum-of-two', { aggregation: 'sum', expression: 'n + m' }),
  meter('users', { aggregation: 'unique_count', property: 'user' }),
];

async function store(data: readonly Record<string, unknown>[]): Promise<void> {
  const time = (offset: number): string => `2026-03-05T1${offset % 2}:59:59.999999Z`;
  await test.sink.writeRows(
    eventBlocks(
      data.map((properties, offset) => ({
        subject: 'a',
        time: time(offset),
        offset,
        data: properties as never,
      })),
    ),
  );
  await test.sink.writeProgress(progressEverywhere(data.length));
}

async function measured(): Promise<Record<string, [measured: number, unmatched: number][]>> {
  const { measurement } = await readConservation(test.clickHouse, { tenant: 'acme', meters });
  const byMeter: Record<string, [number, number][]> = {};
  for (const row of measurement) {
    expect(row.difference).toBe(0);
    (byMeter[row.meter] ??= []).push([row.measured, row.unmatched]);
  }
  return byMeter;
}

it('takes each stored event as measured or unmatched, by meter and hour of event time', async () => {
  await store([
    { n: '1.5', kind: 'a', user: 'u' },
    { n: 2, kind: 'b', m: 1 },
    { kind: 'a', user: null },
    { n: 7 },
    { n: 'many', kind: 'a' },
  ]);
  expect(await measured()).toEqual({
    all: [
      [3, 0],
      [2, 0],
    ],
    bytes: [
      [1, 2],
      [0, 2],
    ],
    peak: [
      [1, 2],
      [2, 0],
    ],
    'sum-of-two': [
      [0, 3],
      [1, 1],
    ],
    users: [
      [1, 2],
      [0, 2],
    ],
  });
});

it('folds what SQL cannot read, and counts it on one side too', async () => {
  await store([
    { n: 1, kind: 'a', deep: { n: 5 } },
    { n: 1, kind: 'a' },
    { kind: 'say "a"', n: 3 },
    { deep: { kind: 'a' } },
  ]);
  const { all, bytes, users } = await measured();
  expect(all).toEqual([
    [2, 0],
    [2, 0],
  ]);
  expect(bytes).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(users).toEqual([
    [0, 2],
    [0, 2],
  ]);
});

it('has a row for the hours in which the meter was in force, and none above progress', async () => {
  await store([{ n: 1 }, { n: 1 }]);
  const from = parseInstant('2026-03-05T11:00:00Z')!;
  const late = meters.map((change) => ({ ...change, effectiveFrom: from }));
  const query = { tenant: 'acme', meters: late };
  const { measurement } = await readConservation(test.clickHouse, query);
  expect(measurement.map(({ hour }) => hour)).toEqual(meters.map(() => from));
  await test.sink.writeRows(
    eventBlocks([{ subject: 'a', time: '2026-03-05T11:30:00Z', offset: 9, data: { n: 1 } }]),
  );
  const again = await readConservation(test.clickHouse, query);
  expect(again.measurement).toEqual(measurement);
});
