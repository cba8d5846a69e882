import { decode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryEvents } from '../../test/contract/arbitrary-events.ts';
import {
  allRows,
  canonical,
  columnsOf,
  decoded,
  event,
  rowsOf,
} from '../../test/contract/sample-columns.ts';
import { canonicalData, columnsEvent } from './canonical-data.ts';
import { canonicalJson } from './canonical-json.ts';
import { ColumnsBuilder } from './columns-builder.ts';
import {
  decodeClientColumns,
  decodeColumns,
  encodeClientColumns,
  encodeColumns,
} from './columns-codec.ts';

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
