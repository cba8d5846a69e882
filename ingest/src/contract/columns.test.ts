import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryEvents } from '../../test/contract/arbitrary-events.ts';
import { canonicalData, columnsEvent, idAt } from './canonical-data.ts';
import { canonicalJson, type JsonObject } from './canonical-json.ts';
import { ColumnsBuilder } from './columns-builder.ts';
import {
  decodeClientColumns,
  decodeColumns,
  encodeClientColumns,
  encodeColumns,
} from './columns-codec.ts';
import type { EventColumns } from './event-columns.ts';
import { batchLimits } from './limits.ts';
import type { AcceptedEvent } from './usage-event.ts';

function columnsOf(events: readonly AcceptedEvent[]): EventColumns {
  const builder = new ColumnsBuilder();
  for (const event of events) builder.add(event);
  return builder.build();
}

function decoded(bytes: Uint8Array): EventColumns {
  const result = decodeColumns(bytes);
  if (result.kind === 'rejected') throw new Error(result.message);
  return result.columns;
}

function canonical({ data, ...attributes }: AcceptedEvent): object {
  return { ...attributes, data: canonicalJson(data) };
}

function rowsOf(columns: EventColumns): object[] {
  return Array.from({ length: columns.count }, (_, row) => canonical(columnsEvent(columns, row)));
}

function event(fields: Partial<AcceptedEvent> = {}): AcceptedEvent {
  return {
    tenant: 'acme',
    id: 'r-1',
    source: 'edge',
    type: 't',
    subject: 's',
    time: 1_431_857_103_000_000,
    data: {},
    ...fields,
  };
}

const allRows = (columns: EventColumns) =>
  Uint32Array.from({ length: columns.count }, (_, row) => row);

describe('columns', () => {
  it('hold the events that were added, and survive encoding', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const columns = columnsOf(events);
        const expected = events.map(canonical);
        expect(rowsOf(columns)).toEqual(expected);
        expect(rowsOf(decoded(encodeColumns(columns)))).toEqual(expected);
      }),
    );
  });

  it('have the canonical data of the same event in JSON', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const columns = decoded(encodeColumns(columnsOf(events)));
        events.forEach(({ data }, row) => {
          expect(canonicalData(columns, row)).toBe(canonicalJson(data));
        });
      }),
    );
  });

  it('are encoded the same after decoding', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const bytes = encodeColumns(columnsOf(events));
        expect(encodeColumns(decoded(bytes))).toEqual(bytes);
      }),
    );
  });

  it('keep the events when rows are regrouped by any selection', () => {
    fc.assert(
      fc.property(arbitraryEvents, arbitraryEvents, fc.nat(3), (first, second, every) => {
        const sources = [columnsOf(first), decoded(encodeColumns(columnsOf(second)))];
        const builder = new ColumnsBuilder();
        const expected: object[] = [];
        for (const columns of sources) {
          const rows = allRows(columns).filter((row) => row % (every + 1) === 0);
          expect(builder.addRows(columns, rows)).toBe(rows.length);
          for (const row of rows) expected.push(canonical(columnsEvent(columns, row)));
        }
        builder.add(event({ data: { last: 1.25 } }));
        expected.push(canonical(event({ data: { last: 1.25 } })));
        expect(rowsOf(builder.build())).toEqual(expected);
      }),
    );
  });

  it('are msgpack of arrays, unsigned integers, binaries and nil only', () => {
    const bytes = encodeColumns(columnsOf([event({ data: { a: 1, b: 'x', c: [1], d: true } })]));
    const shapes = new Set<string>();
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(visit);
      else shapes.add(value instanceof Uint8Array ? 'bin' : value === null ? 'nil' : typeof value);
    };
    visit(decode(bytes));
    expect([...shapes].sort()).toEqual(['bin', 'nil', 'number']);
  });

  it('take about 50 bytes an event with UUIDs and three properties', () => {
    const events = Array.from({ length: 5000 }, (_, index) =>
      event({
        id: crypto.randomUUID(),
        subject: `customer-${index % 700}`,
        data: { bytes: index * 977, status: 200 + (index % 5), kind: `k${index % 9}` },
      }),
    );
    expect(encodeColumns(columnsOf(events)).byteLength / 5000).toBeLessThan(50);
  });
});

describe('numbers in columns', () => {
  it('share the greatest scale, and those that exceed it there become text', () => {
    const numbers = [1.5, 9007199254740991, -0, 0.000000000000000001, 1e-19, 3];
    const columns = columnsOf(numbers.map((v) => event({ data: { v } })));
    expect(columns.properties.map(({ values }) => values.kind)).toEqual([
      'decimal',
      'decimal-text',
    ]);
    const texts = numbers.map((_, row) => canonicalData(columns, row));
    expect(texts).toEqual([
      '{"v":1.5}',
      '{"v":9007199254740991}',
      '{"v":0}',
      '{"v":0.000000000000000001}',
      '{"v":0.0000000000000000001}',
      '{"v":3}',
    ]);
  });

  it('differ from strings of the same digits', () => {
    const columns = columnsOf([event({ data: { v: 5 } }), event({ data: { v: '5' } })]);
    expect([0, 1].map((row) => canonicalData(columns, row))).toEqual(['{"v":5}', '{"v":"5"}']);
  });
});

describe('client columns', () => {
  it('belong to the tenant of the key, whatever the client had in its builder', () => {
    const bytes = encodeClientColumns(columnsOf([event({ tenant: 'other' })]));
    const result = decodeClientColumns(bytes, 'acme');
    expect(result).toMatchObject({ kind: 'ok', columns: { tenant: { dictionary: ['acme'] } } });
    expect(decodeColumns(bytes).kind).toBe('rejected');
    expect(decodeClientColumns(encodeColumns(columnsOf([event()])), 'acme').kind).toBe('rejected');
  });

  it('are refused when dictionaries stand for more text than a request may hold', () => {
    const long = 'x'.repeat(10_000);
    const events = Array.from({ length: 2000 }, (_, index) =>
      event({ id: `r-${index}`, data: { long } }),
    );
    const bytes = encodeClientColumns(columnsOf(events));
    expect(bytes.byteLength).toBeLessThan(50_000);
    expect(decodeClientColumns(bytes, 'acme')).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('stand for more than') as string,
    });
  });

  it('are refused when one event exceeds 256 KiB, and not just below', () => {
    const of = (length: number) =>
      decodeClientColumns(
        encodeClientColumns(columnsOf([event({ data: { a: 'x'.repeat(length) } })])),
        'acme',
      ).kind;
    expect(of(261_000)).toBe('ok');
    expect(of(262_144)).toBe('rejected');
  });

  it('are refused above 10,000 events with a code of its own', () => {
    const events = Array.from({ length: 10_001 }, (_, index) => event({ id: `r-${index}` }));
    expect(decodeClientColumns(encodeClientColumns(columnsOf(events)), 'acme')).toMatchObject({
      code: 'ingest/too-many-events',
    });
  });
});

describe('a hostile body', () => {
  const good = columnsOf([
    event({ id: 'a', data: { n: 1, s: 'x', j: { a: 1 }, b: true } }),
    event({ id: 'b', subject: 's2', data: { n: 2.5, s: 'y' } }),
  ]);
  type Wire = [
    number,
    number,
    unknown[],
    unknown[],
    unknown[],
    unknown[],
    unknown[],
    Uint8Array,
    unknown[],
    unknown[][],
  ];
  const broken = (change: (wire: Wire) => void): string => {
    const wire = decode(encodeColumns(good)) as Wire;
    change(wire);
    const result = decodeColumns(encode(wire));
    return result.kind === 'ok' ? 'ok' : result.message;
  };
  const changed = (patch: Partial<EventColumns>): string => {
    const result = decodeColumns(encodeColumns({ ...good, ...patch }));
    return result.kind === 'ok' ? 'ok' : result.message;
  };
  const property = (values: EventColumns['properties'][number]['values'], name = 'p') =>
    changed({ properties: [{ name, rows: null, values }] });

  it('is refused for its shape', () => {
    expect(broken(() => undefined)).toBe('ok');
    expect(broken((wire) => (wire[0] = 2))).toContain('version');
    expect(broken((wire) => (wire[1] = 3))).not.toBe('ok');
    expect(broken((wire) => (wire[1] = 0))).toContain('no event');
    expect(broken((wire) => (wire[3][3] = Uint8Array.of(0, 2)))).toContain('index');
    expect(broken((wire) => (wire[3][3] = Uint8Array.of(0)))).toContain('indices');
    expect(broken((wire) => (wire[3][3] = null))).toContain('no indices');
    expect(broken((wire) => (wire[3][0] = 1))).not.toBe('ok');
    expect(broken((wire) => (wire[3][2] = Uint8Array.of(0xc0, 0xaf, 0x41)))).toContain('UTF-8');
    expect(broken((wire) => (wire[7] = wire[7].slice(8)))).toContain('times');
    expect(broken((wire) => wire.push(1))).not.toBe('ok');
    for (const row of [0, 1]) {
      const rows = Uint8Array.of(1, row);
      expect(broken((wire) => (wire[9][0] = [0, rows, 0, Uint8Array.of(1, 2)]))).toContain(
        'ascend',
      );
    }
    expect(
      broken((wire) => (wire[9][0] = [0, Uint8Array.of(0, 2), 0, Uint8Array.of(1, 2)])),
    ).toContain('bounds');
    expect(decodeColumns(new Uint8Array([...encodeColumns(good), 0])).kind).toBe('rejected');
  });

  it('is refused for what it says', () => {
    const strings = (dictionary: string[]) => ({ dictionary, indices: new Uint8Array([0, 1]) });
    expect(changed({ subject: strings(['', 'a']) })).toContain('empty');
    expect(changed({ source: strings(['x'.repeat(257), 'a']) })).toContain('256');
    expect(changed({ id: { kind: 'text', values: ['a', ''] } })).toContain('id');
    expect(changed({ time: Float64Array.of(1.5, 0) })).toContain('instant');
    expect(changed({ time: Float64Array.of(Number.NaN, 0) })).toContain('instant');
    expect(changed({ time: Float64Array.of(9e15, 0) })).toContain('instant');
    expect(
      property({ kind: 'decimal', scale: 0, integers: Float64Array.of(2 ** 53, 1) }),
    ).toContain('safe');
    expect(
      property({ kind: 'decimal', scale: 0, integers: Float64Array.of(1.5, 2 ** 40) }),
    ).toContain('safe');
    expect(property({ kind: 'decimal', scale: 19, integers: Float64Array.of(1, 1) })).not.toBe(
      'ok',
    );
    // 0.9007199254740993 and its neighbour share one double.
    expect(
      property({ kind: 'decimal', scale: 16, integers: Float64Array.of(9007199254740989, 1) }),
    ).toContain('exactly');
    for (const text of [
      '1e3',
      '01',
      '1.0',
      '-0',
      '.5',
      '12345678901234567890',
      '',
      '1'.repeat(400),
    ]) {
      expect(property({ kind: 'decimal-text', values: [text, '1.5'] })).toContain('canonical');
    }
    expect(property({ kind: 'boolean', values: Uint8Array.of(2, 0) })).toContain('Booleans');
    for (const text of [
      '1',
      '"x"',
      '{"b":1,"a":2}',
      '{ }',
      '[1.0]',
      '[',
      '{"a":1,"a":1}',
      '{"a":{"__proto__":1}}',
      '[1e400]',
    ]) {
      expect(property({ kind: 'json', values: [text, 'null'] })).not.toBe('ok');
    }
    expect(property({ kind: 'boolean', values: Uint8Array.of(1, 0) }, '__proto__')).toContain(
      'named',
    );
    const deep = `${'['.repeat(20)}${']'.repeat(20)}`;
    expect(property({ kind: 'json', values: [deep, 'null'] })).toContain('deeper');
  });

  it('is refused when a row has a property twice, or too many', () => {
    const yes = { kind: 'boolean', values: Uint8Array.of(1) } as const;
    const one = { kind: 'decimal', scale: 0, integers: Float64Array.of(1) } as const;
    const rows = (row: number) => Uint32Array.of(row);
    const pair = (left: number, right: number) =>
      changed({
        properties: [
          { name: 'p', rows: rows(left), values: yes },
          { name: 'p', rows: rows(right), values: one },
        ],
      });
    expect(pair(0, 1)).toBe('ok');
    expect(pair(1, 1)).toContain('twice');
    const many = Array.from({ length: 257 }, (_, index) => ({
      name: `p${index}`,
      rows: rows(1),
      values: one,
    }));
    expect(changed({ properties: many })).toContain('256');
    expect(changed({ properties: many.slice(1) })).toBe('ok');
  });

  it('never makes the decoder throw, nor yield an event that breaks the contract', () => {
    const bytes = encodeColumns(good);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc
            .array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
            .map((changes) => {
              const copy = bytes.slice();
              for (const [at, value] of changes) copy[at] = value;
              return copy;
            }),
          fc.nat(bytes.length).map((length) => bytes.slice(0, length)),
        ),
        (body) => {
          const result = decodeColumns(body);
          if (result.kind === 'rejected') return;
          for (const row of allRows(result.columns)) {
            expect(idAt(result.columns, row)).not.toBe('');
            expect(
              () => JSON.parse(canonicalData(result.columns, row)) as JsonObject,
            ).not.toThrow();
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('cannot nest, name lengths it does not have, or use other types', () => {
    const nested = new Uint8Array(1_000_000).fill(0x91);
    expect(decodeColumns(nested).kind).toBe('rejected');
    for (const value of [{}, 'text', -1, 1.5, [[[[]]]], new Date(0), null]) {
      expect(decodeColumns(encode(value)).kind).toBe('rejected');
    }
    expect(decodeColumns(Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)).kind).toBe('rejected');
  });
});

describe('ColumnsBuilder', () => {
  it('becomes full by events, by bytes and by the text its dictionaries stand for', () => {
    const byCount = new ColumnsBuilder();
    for (let index = 0; index < batchLimits.envelopeEventsMax; index++) {
      expect(byCount.isFull).toBe(false);
      byCount.add(event({ id: String(index) }));
    }
    expect(byCount.isFull).toBe(true);

    const byBytes = new ColumnsBuilder();
    while (!byBytes.isFull) byBytes.add(event({ data: { a: crypto.randomUUID().repeat(100) } }));
    const encoded = encodeColumns(byBytes.build()).byteLength;
    expect(encoded).toBeGreaterThan(batchLimits.envelopeBytesMax * 0.9);
    expect(encoded).toBeLessThan(batchLimits.envelopeBytesMax * 1.1);

    const byText = new ColumnsBuilder();
    const long = 'x'.repeat(200_000);
    while (!byText.isFull) byText.add(event({ data: { long } }));
    expect(byText.count).toBeLessThan(100);
  });

  it('takes rows only up to its limits, and at least one', () => {
    const wide = columnsOf(
      Array.from({ length: 300 }, (_, index) =>
        event({ id: `r-${index}`, data: { a: crypto.randomUUID().repeat(200) } }),
      ),
    );
    const rows = allRows(wide);
    let from = 0;
    const seen: object[] = [];
    while (from < rows.length) {
      const builder = new ColumnsBuilder();
      const next = builder.addRows(wide, rows, from);
      expect(next).toBeGreaterThan(from);
      const columns = builder.build();
      expect(encodeColumns(columns).byteLength).toBeLessThan(batchLimits.envelopeBytesMax + 20_000);
      seen.push(...rowsOf(columns));
      from = next;
    }
    expect(seen).toEqual(rowsOf(wide));
  });

  it('estimates encoded sizes upwards', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const builder = new ColumnsBuilder();
        for (const each of events) builder.add(each);
        const { bytes } = builder;
        expect(encodeColumns(builder.build()).byteLength).toBeLessThanOrEqual(bytes + 64);
      }),
    );
  });
});
