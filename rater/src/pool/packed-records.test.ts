import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packRecords, unpackRecords } from './packed-records.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const record = fc.record({
  offset: fc.integer({ min: 0, max: 2 ** 53 - 1 }),
  logTimeMs: fc.integer({ min: 0, max: 2 ** 45 }),
  key: fc.option(fc.string({ unit: 'grapheme' })),
  value: bytes,
  headers: fc.dictionary(fc.string(), bytes, { maxKeys: 4, noNullPrototype: true }),
});

describe('packed records', () => {
  it('come out as they went in', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), (records) => {
        expect([...unpackRecords(packRecords(records))]).toEqual(records);
      }),
    );
  });

  it('keep a header named __proto__ as a header', () => {
    const headers = JSON.parse('{"__proto__":0}') as Record<string, Uint8Array>;
    Object.defineProperty(headers, '__proto__', { value: Uint8Array.of(1), enumerable: true });
    const packed = packRecords([
      { offset: 0, logTimeMs: 0, key: null, value: Uint8Array.of(2), headers },
    ]);
    const [unpacked] = unpackRecords(packed);
    expect(Object.keys(unpacked!.headers)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(unpacked!.headers)).toBe(Object.prototype);
  });

  it('copy values that are slices of a shared buffer', () => {
    const shared = new Uint8Array(1000).fill(7);
    const packed = packRecords([
      { offset: 1, logTimeMs: 2, key: null, value: shared.subarray(10, 14), headers: {} },
    ]);
    expect(packed.buffer.byteLength).toBeLessThan(100);
  });
});
