import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryEvents } from '../../test/contract/arbitrary-events.ts';
import { allRows, columnsOf, event, rowsOf } from '../../test/contract/sample-columns.ts';
import { ColumnsBuilder } from './columns-builder.ts';
import { encodeColumns } from './columns-codec.ts';
import { batchLimits } from './limits.ts';

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
