import { ColumnsBuilder, canonicalData } from '@tidemark/ingest/contract';
import type { AcceptedEvent, EventColumns, JsonObject, JsonValue } from '@tidemark/ingest/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageEvent } from '../../test/fakes/usage-scene.ts';
import { PayloadHasher } from './payload-hash.ts';

const key = Uint8Array.from({ length: 16 }, (_, index) => index);

function columnsOf(events: readonly AcceptedEvent[]): EventColumns {
  const builder = new ColumnsBuilder();
  for (const event of events) builder.add(event);
  return builder.build();
}

function hashesOf(columns: EventColumns): string[] {
  const lanes = new PayloadHasher(key).hashes(columns);
  return Array.from({ length: columns.count }, (_, row) =>
    Buffer.from(lanes.buffer, lanes.byteOffset + row * 16, 8).toString('hex'),
  );
}

function hashOf(data: JsonObject, change: { type?: string; time?: number } = {}): string {
  return hashesOf(columnsOf([usageEvent({ id: 'x', customer: 'c', data, ...change })]))[0]!;
}

const names = fc.constantFrom('a', 'b', 'B', 'bytes', '\u{1f600}');
const value = fc.oneof(
  fc.constantFrom<JsonValue>(0, 1, 10, 100, 1.5, 0.1, 1e-7, 5e-324, 1e15, -1, '1', '1.5', true),
  fc.constantFrom<JsonValue>(false, null, 'true', 'null', [1], { z: 1 }, '', 9007199254740991),
);
const event = fc.record({
  data: fc.dictionary(names, value, { maxKeys: 4, noNullPrototype: true }),
  type: fc.constantFrom('request', 'other'),
  time: fc.constantFrom(0, 1, -1, 1_767_225_600_000_000, 1_767_225_600_000_001),
});

describe('the payload hash', () => {
  it('never changes: stored hashes are compared with new ones for years', () => {
    const data = { bytes: 5, region: 'eu', '\u{e9}': -1.25, ok: true, more: [1, null] };
    expect(hashOf(data, { time: 1_767_225_600_000_001 })).toBe('60ce064989bd3bd9');
  });

  it('is equal where type, time and canonical data are, and only there', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 2, maxLength: 30 }), (events) => {
        const columns = columnsOf(
          events.map((some) => usageEvent({ id: 'x', customer: 'c', ...some })),
        );
        const texts = events.map(
          ({ type, time }, row) => `${type} ${time} ${canonicalData(columns, row)}`,
        );
        const hashes = hashesOf(columns);
        hashes.forEach((hash, row) => {
          for (let other = 0; other < row; other++) {
            expect(hash === hashes[other]).toBe(texts[row] === texts[other]);
          }
          // Neither does it matter in what company an event travels.
          expect(hash).toBe(hashOf(events[row]!.data, events[row]));
        });
      }),
    );
  });

  it('does not depend on how a number is held in columns', () => {
    const columns = columnsOf([usageEvent({ id: 'x', customer: 'c', data: { bytes: 1.5 } })]);
    const held = (values: EventColumns['properties'][number]['values']): string =>
      hashesOf({ ...columns, properties: [{ name: 'bytes', rows: null, values }] })[0]!;
    const one = held({ kind: 'decimal', scale: 1, integers: Float64Array.of(15) });
    expect(held({ kind: 'decimal', scale: 3, integers: Float64Array.of(1500) })).toBe(one);
    expect(held({ kind: 'decimal-text', values: ['1.5'] })).toBe(one);
    expect(held({ kind: 'decimal-text', values: ['15'] })).not.toBe(one);
    const long = held({ kind: 'decimal-text', values: ['90071992547409931'] });
    expect(held({ kind: 'decimal-text', values: ['90071992547409932'] })).not.toBe(long);
  });

  it('tells a property from another one with the same value, and from none', () => {
    const hashes = [{}, { a: 0 }, { b: 0 }, { a: '0' }, { a: false }, { a: null }, { a: 0, b: 0 }];
    expect(new Set(hashes.map((data) => hashOf(data))).size).toBe(hashes.length);
  });
});
