import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeStoredRecord,
  encodeStoredRecord,
  storedBytes,
  storedLogTimeMs,
} from './stored-record.ts';

const bytes = fc.uint8Array({ maxLength: 50 });
const record = fc.record({
  partition: fc.nat(10),
  key: fc.option(fc.string({ unit: 'grapheme' }), { nil: null }),
  value: bytes,
  headers: fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), bytes, { maxKeys: 4 }),
});

describe('stored records', () => {
  it('come back as they were written, and are never larger than estimated', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.integer({ min: 0, max: 2e12 }), (append, offset, time) => {
        const stored = encodeStoredRecord(append, time);
        const read = decodeStoredRecord(stored, append.partition, offset);
        expect({ ...read, headers: { ...read.headers } }).toEqual({
          ...append,
          headers: { ...append.headers },
          offset,
          logTimeMs: time,
        });
        expect(storedLogTimeMs(stored)).toBe(time);
        expect(stored.byteLength).toBeLessThanOrEqual(storedBytes(append));
      }),
    );
  });

  it('do not share memory with the bytes they were read from', () => {
    const stored = encodeStoredRecord(
      { partition: 0, key: null, value: Uint8Array.of(1), headers: { a: Uint8Array.of(2) } },
      1,
    );
    const read = decodeStoredRecord(stored, 0, 0);
    stored.fill(0);
    expect(read.value).toEqual(Uint8Array.of(1));
    expect(read.headers['a']).toEqual(Uint8Array.of(2));
  });

  it('of another format are a fault', () => {
    expect(() => decodeStoredRecord(new Uint8Array(20), 0, 0)).toThrow('cannot be read');
    expect(() => decodeStoredRecord(new Uint8Array(3), 0, 0)).toThrow('cannot be read');
  });
});
