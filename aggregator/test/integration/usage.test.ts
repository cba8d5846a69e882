import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatInstant, parseInstant } from '@tidemark/platform/clock';
import type { JsonValue } from '@tidemark/ingest/contract';
import type { MeterChange } from '@tidemark/rater/catalog';
import { createUsageReads } from '../../src/usage/index.ts';
import type { UsageQuery } from '../../src/usage/index.ts';
import { eventBlocks, fullEvent, progressEverywhere, startTestStore } from '../test-store.ts';
import type { TestEvent, TestStore } from '../test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await startTestStore();
});
afterAll(() => test.stop());
beforeEach(() => test.reset());

const dimension = `re"gion's ü`;

function meter(
  definition: Record<string, unknown>,
  values: Partial<MeterChange> = {},
): MeterChange {
  const key = 'bytes';
  return {
    kind: 'meter',
    tenant: 'acme',
    key,
    version: 1,
    effectiveFrom: null,
    definition: { key, eventType: 'web.request', dimensions: ['kind', dimension], ...definition },
    ...values,
  };
}

const sum = meter({ aggregation: 'sum', property: 'n' });
const count = meter({ aggregation: 'count' });

async function usage(
  meters: readonly MeterChange[],
  query: Partial<UsageQuery> & { from?: number; to?: number } = {},
): Promise<string[]> {
  const reads = createUsageReads({
    clickHouse: test.clickHouse,
    findMeter: () => Promise.resolve(meters),
  });
  const { rows } = await reads.readUsage({
    tenant: 'acme',
    meter: 'bytes',
    from: parseInstant('2026-03-01T00:00:00Z')!,
    to: parseInstant('2026-04-01T00:00:00Z')!,
    ...query,
  });
  return rows.map(({ from, customer, group, quantity }) => {
    const groups = Object.keys(group).length === 0 ? '' : ` ${JSON.stringify(group)}`;
    return `${formatInstant(from)} ${customer}${groups} = ${quantity}`;
  });
}

const at = '2026-03-05T10:00:00Z';

describe('usage', () => {
  it('sums exactly: 18 decimals, and totals longer than 38 digits', async () => {
    const largest = '99999999999999999999.999999999999999999';
    const events = Array.from({ length: 12 }, (_, offset) => ({
      subject: 'a',
      time: at,
      offset,
      data: { n: largest },
    }));
    await test.sink.writeRows(
      eventBlocks([
        ...events,
        { subject: 'a', time: at, offset: 12, data: { n: '0.000000000000000001' } },
      ]),
    );
    await test.sink.writeProgress(progressEverywhere(20));
    expect(await usage([sum])).toEqual([
      '2026-03-01T00:00:00Z a = 1199999999999999999999.999999999999999989',
    ]);
  });

  it('counts a row once that lies there twice, in one block and in parts of their own', async () => {
    const events: TestEvent[] = [1, 2, 3].map((offset) => ({
      subject: 'a',
      time: at,
      offset,
      data: { n: 1 },
    }));
    await test.sink.writeRows(eventBlocks([...events, events[0]!]));
    await test.sink.writeRows(eventBlocks(events.slice(1)));
    await test.sink.writeProgress(progressEverywhere(20));
    expect(await usage([sum])).toEqual(['2026-03-01T00:00:00Z a = 3']);
  });

  it('leaves out what no progress has promised, and takes it in once it has', async () => {
    const row = (offset: number) => ({ subject: 'a', time: at, offset, data: { n: 1 } });
    await test.sink.writeRows(eventBlocks([row(9), row(10), row(11)]));
    expect(await usage([count])).toEqual([]);
    await test.sink.writeProgress(progressEverywhere(10));
    expect(await usage([count])).toEqual(['2026-03-01T00:00:00Z a = 1']);
    await test.sink.writeProgress(progressEverywhere(12));
    expect(await usage([count])).toEqual(['2026-03-01T00:00:00Z a = 3']);
  });

  it('takes in the earlier life of a log up to its last progress', async () => {
    const row = (offset: number, incarnation: number) => ({
      subject: 'a',
      time: at,
      offset,
      incarnation,
    });
    await test.sink.writeRows(eventBlocks([row(1, 1), row(5, 1), row(1, 3), row(5, 3)]));
    await test.sink.writeProgress([
      ...progressEverywhere(6),
      ...progressEverywhere(2).map((progress) => ({ ...progress, incarnation: 3 })),
    ]);
    expect(await usage([count])).toEqual(['2026-03-01T00:00:00Z a = 3']);
  });

  it('is half-open to the microsecond', async () => {
    await test.sink.writeRows(
      eventBlocks([
        { subject: 'a', offset: 1, time: '2026-03-01T00:00:00Z' },
        { subject: 'a', offset: 2, time: '2026-02-28T23:59:59.999999Z' },
        { subject: 'a', offset: 3, time: '2026-03-31T23:59:59.999999Z' },
        { subject: 'a', offset: 4, time: '2026-04-01T00:00:00Z' },
      ]),
    );
    await test.sink.writeProgress(progressEverywhere(20));
    expect(await usage([count])).toEqual(['2026-03-01T00:00:00Z a = 2']);
  });

  it('groups by windows of a time zone and by dimensions, without empty windows', async () => {
    const event = (offset: number, time: string, data: JsonValue) => ({
      subject: 'a',
      offset,
      time,
      data,
    });
    await test.sink.writeRows(
      eventBlocks([
        event(1, '2026-03-28T22:59:59Z', { n: 1, [dimension]: `q"'\\` }),
        event(2, '2026-03-28T23:00:00Z', { n: 2, [dimension]: 'ü\n' }),
        event(3, '2026-03-29T21:59:59Z', { n: 4, [dimension]: 'ü\n' }),
        event(4, '2026-03-29T22:00:00Z', { n: 8 }),
      ]),
    );
    await test.sink.writeProgress(progressEverywhere(20));
    const query = { window: 'day', timeZone: 'Europe/Berlin', groupBy: [dimension] } as const;
    expect(await usage([sum], query)).toEqual([
      `2026-03-27T23:00:00Z a ${JSON.stringify({ [dimension]: `q"'\\` })} = 1`,
      `2026-03-28T23:00:00Z a ${JSON.stringify({ [dimension]: 'ü\n' })} = 6`,
      `2026-03-29T22:00:00Z a ${JSON.stringify({ [dimension]: null })} = 8`,
    ]);
  });

  it('is of one customer, tenant and type', async () => {
    const event = { time: at, data: { n: 1 } };
    await test.sink.writeRows(
      eventBlocks([
        { ...event, subject: "o'b", offset: 1 },
        { ...event, subject: 'b', offset: 2 },
        { ...event, subject: "o'b", offset: 3, tenant: 'rival' },
        { ...event, subject: "o'b", offset: 4, type: 'other' },
      ]),
    );
    await test.sink.writeProgress(progressEverywhere(20));
    expect(await usage([sum], { customer: "o'b" })).toEqual(["2026-03-01T00:00:00Z o'b = 1"]);
    expect(await usage([sum])).toHaveLength(2);
  });

  it('leaves out what sums to nothing', async () => {
    const row = (offset: number, n: number) => ({ subject: 'a', time: at, offset, data: { n } });
    await test.sink.writeRows(eventBlocks([row(1, 5), row(2, -5)]));
    await test.sink.writeProgress(progressEverywhere(20));
    expect(await usage([sum])).toEqual([]);
    expect(await usage([count])).toEqual(['2026-03-01T00:00:00Z a = 2']);
  });

  it('measures each event with the version of the meter at its time', async () => {
    const changed = meter(
      { aggregation: 'sum', property: 'm' },
      { version: 2, effectiveFrom: parseInstant('2026-03-10T00:00:00Z')! },
    );
    const row = (offset: number, time: string) => ({
      subject: 'a',
      time,
      offset,
      data: { n: 1, m: 100 },
    });
    await test.sink.writeRows(
      eventBlocks([row(1, '2026-03-09T23:59:59.999999Z'), row(2, '2026-03-10T00:00:00Z')]),
    );
    await test.sink.writeProgress(progressEverywhere(20));
    expect(await usage([changed, sum])).toEqual([
      '2026-03-01T00:00:00Z a = 1',
      '2026-03-10T00:00:00Z a = 100',
    ]);
  });

  it('folds meters that SQL does not aggregate, in the order of the events', async () => {
    const row = (offset: number, time: string, n: number) => ({
      subject: 'a',
      time,
      offset,
      data: { n },
    });
    await test.sink.writeRows(
      eventBlocks([
        row(1, '2026-03-02T00:00:00.000002Z', 7),
        row(2, '2026-03-02T00:00:00.000001Z', 9),
      ]),
    );
    await test.sink.writeProgress(progressEverywhere(20));
    expect(await usage([meter({ aggregation: 'latest', property: 'n' })])).toEqual([
      '2026-03-01T00:00:00Z a = 7',
    ]);
    expect(await usage([meter({ aggregation: 'max', property: 'n' })], { window: 'day' })).toEqual([
      '2026-03-02T00:00:00Z a = 9',
    ]);
  });

  it('refuses unknown meters and dimensions', async () => {
    await expect(usage([])).rejects.toMatchObject({ code: 'aggregator/unknown-meter' });
    await expect(usage([sum], { groupBy: ['n'] })).rejects.toMatchObject({
      code: 'aggregator/unknown-dimension',
    });
    await expect(usage([sum], { filters: { toString: ['x'] } })).rejects.toMatchObject({
      code: 'aggregator/unknown-dimension',
    });
  });
});

/** Plain JSON.parse and BigInt over the events: knows nothing of SQL, canonical text or the pricing core. */
function naiveUsage(events: readonly TestEvent[], filter: readonly string[] | undefined): string[] {
  const sums = new Map<string, bigint>();
  for (const given of events) {
    const { subject, data } = fullEvent(given);
    const properties = JSON.parse(data) as Record<string, unknown>;
    const kind = Object.hasOwn(properties, 'kind') ? properties['kind'] : undefined;
    const isText = ['string', 'number', 'boolean'].includes(typeof kind);
    const text = isText ? String(kind) : null;
    if (filter !== undefined && (text === null || !filter.includes(text))) continue;
    const value = Object.hasOwn(properties, 'n') ? properties['n'] : undefined;
    const number = typeof value === 'number' ? plain(value) : value;
    if (typeof number !== 'string' || !/^-?\d{1,20}(\.\d{1,18})?$/.test(number)) continue;
    const [whole = '', fraction = ''] = number.replace('-', '').split('.');
    const scaled = BigInt(whole + fraction.padEnd(18, '0'));
    const key = `${subject} ${JSON.stringify({ kind: text })}`;
    sums.set(key, (sums.get(key) ?? 0n) + (number.startsWith('-') ? -scaled : scaled));
  }
  return [...sums]
    .filter(([, value]) => value !== 0n)
    .map(([key, value]) => `2026-03-01T00:00:00Z ${key} = ${decimal(value)}`)
    .sort();
}

function plain(value: number): string {
  return value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 });
}

function decimal(scaled: bigint): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(19, '0');
  const text = `${digits.slice(0, -18)}.${digits.slice(-18)}`.replace(/\.?0+$/, '');
  return scaled < 0n ? `-${text}` : text;
}

describe('usage against a naive fold', () => {
  const word = fc.constantFrom('image', '200', 'true', '', "it's", 'ü"', '{', '\\', 'n":5,"');
  const scalar = fc.oneof(
    word,
    fc.boolean(),
    fc.constant(null),
    fc.integer({ min: -1000, max: 1000 }),
    fc.constantFrom(0.1, 12.5, 0.000001, 200),
  );
  const number = fc.oneof(
    fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
    fc.integer({ min: -99999, max: 99999 }).map((value) => value / 100),
    fc
      .tuple(fc.bigInt(0n, 10n ** 20n - 1n), fc.bigInt(0n, 10n ** 18n - 1n), fc.boolean())
      .map(
        ([whole, part, negative]) =>
          `${negative ? '-' : ''}${whole}.${part.toString().padStart(18, '0')}`,
      ),
    fc.constantFrom(
      '5',
      '-0',
      '007',
      '+5',
      ' 5',
      '1e3',
      '0.1234567890123456789',
      '123456789012345678901',
      '.5',
      '5.',
    ),
    scalar,
  );
  const data = fc.record(
    {
      n: number,
      kind: fc.oneof(scalar, fc.constant([1, 'n']), fc.constant({ n: 7, kind: 'image' })),
      a: fc.oneof(scalar, fc.constant({ n: 9, kind: 'image' }), fc.constant(['kind', 'n'])),
      'a"n': fc.constant(3),
      '': fc.constant('n'),
    },
    { requiredKeys: [] },
  );
  const batch = fc.array(fc.tuple(fc.constantFrom('a', "b'ü"), data), {
    minLength: 1,
    maxLength: 60,
  });

  it.each([
    ['with nested and escaped data, which is folded', () => batch],
    [
      'with plain data, which SQL sums',
      () =>
        batch.map((rows) => rows.filter(([, row]) => !/[\\{]/.test(JSON.stringify(row).slice(1)))),
    ],
  ] as const)('agrees on random data %s', async (_name, batches) => {
    let offset = 0;
    await fc.assert(
      fc.asyncProperty(
        batches(),
        fc.option(fc.subarray(['image', '200', 'true', '0.1'], { minLength: 1 }), {
          nil: undefined,
        }),
        async (rows, kinds) => {
          // A tenant a run: emptying the tables would take longer than the reads.
          const tenant = `t${offset}`;
          const events = rows.map(([subject, row]): TestEvent => ({
            subject,
            time: at,
            offset: offset++,
            tenant,
            data: row,
          }));
          await test.sink.writeRows(eventBlocks(events));
          await test.sink.writeRows(eventBlocks(events.slice(0, 5)));
          await test.sink.writeProgress(progressEverywhere(offset));
          const query = {
            tenant,
            groupBy: ['kind'],
            ...(kinds !== undefined && { filters: { kind: kinds } }),
          };
          expect((await usage([sum], query)).sort()).toEqual(naiveUsage(events, kinds));
        },
      ),
      { numRuns: 40 },
    );
  });
});
