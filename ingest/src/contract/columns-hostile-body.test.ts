import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allRows, columnsOf, event } from '../../test/contract/sample-columns.ts';
import { canonicalData, idAt } from './canonical-data.ts';
import type { JsonObject } from './canonical-json.ts';
import { decodeColumns, encodeColumns } from './columns-codec.ts';
import type { EventColumns } from './event-columns.ts';

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
