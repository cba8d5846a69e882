import { ColumnsBuilder, canonicalData } from '@tidemark/ingest/contract';
import type { JsonValue } from '@tidemark/ingest/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageEvent } from '../../test/fakes/usage-scene.ts';
import { ByteWriter } from './byte-writer.ts';
import { RowJsonWriter, writeScaled } from './row-json.ts';

const names = fc.constantFrom('a', 'b', 'B', 'é', '"quoted"', '\u{1f600}', '￿');
const value = fc.oneof(
  fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
  fc
    .double({ noNaN: true, min: -1e15, max: 1e15 })
    .map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.constantFrom(0.1, 1.5, 1e-7, 5e-324, 100, 0),
  fc.string({ unit: 'grapheme' }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom<JsonValue>([1, 'x'], { z: 1, a: [2] }),
);
const data = fc.dictionary(names, value, { maxKeys: 5, noNullPrototype: true });

describe('RowJsonWriter', () => {
  it('writes what canonicalData writes, for any rows and any skipped ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(data, fc.boolean()), { minLength: 1, maxLength: 20 }),
        (rows) => {
          const builder = new ColumnsBuilder();
          for (const [some] of rows) {
            builder.add(usageEvent({ id: 'x', customer: 'c', data: some }));
          }
          const columns = builder.build();
          const writer = new RowJsonWriter(columns);
          rows.forEach(([, skipped], row) => {
            if (skipped) return;
            const out = new ByteWriter(4);
            writer.write(row, out);
            expect(new TextDecoder().decode(out.take())).toBe(canonicalData(columns, row));
          });
        },
      ),
    );
  });

  it.each([
    [0, 18, '0'],
    [5, 0, '5'],
    [-5, 1, '-0.5'],
    [100, 2, '1'],
    [120, 2, '1.2'],
    [1, 18, '0.000000000000000001'],
    [-9_007_199_254_740_991, 3, '-9007199254740.991'],
    [9_007_199_254_740_991, 18, '0.009007199254740991'],
  ])('writes %i x 10^-%i as %s', (integer, scale, text) => {
    const out = new ByteWriter();
    writeScaled(integer, scale, out);
    expect(new TextDecoder().decode(out.take())).toBe(text);
  });
});
