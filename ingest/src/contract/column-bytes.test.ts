import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  packIndices,
  packIntegers,
  packStrings,
  swapBytes,
  toBytes,
  unpackIndices,
  unpackIntegers,
  unpackStrings,
} from './column-bytes.ts';

describe('numbers as bytes', () => {
  it('are little-endian, in the least width', () => {
    expect([...toBytes(packIndices([1, 255], 255))]).toEqual([1, 255]);
    expect([...toBytes(packIndices([1, 256], 256))]).toEqual([1, 0, 0, 1]);
    expect([...packIntegers(Float64Array.of(-1, 127))]).toEqual([255, 127]);
    expect([...packIntegers(Float64Array.of(-129, 1))]).toEqual([0x7f, 0xff, 1, 0]);
    expect(packIntegers(Float64Array.of(2 ** 31)).byteLength).toBe(8);
  });

  it('are swapped on hosts of the other order', () => {
    expect([...swapBytes(Uint8Array.of(1, 2, 3, 4, 5, 6), 2)]).toEqual([2, 1, 4, 3, 6, 5]);
    expect([...swapBytes(Uint8Array.of(1, 2, 3, 4), 1)]).toEqual([1, 2, 3, 4]);
  });

  it('come back, and not from bytes of another length', () => {
    const integers = fc.array(fc.maxSafeInteger(), { minLength: 1 });
    fc.assert(
      fc.property(integers, (values) => {
        const bytes = packIntegers(Float64Array.from(values));
        expect([...(unpackIntegers(bytes, values.length) ?? [])]).toEqual(values.map((v) => v + 0));
        expect(unpackIntegers(bytes.subarray(1), values.length)).toBeUndefined();
      }),
    );
    expect(unpackIndices(Uint8Array.of(1, 2, 3), 2)).toBeUndefined();
    expect(unpackIndices(Uint8Array.of(1), 0)).toBeUndefined();
  });
});

describe('strings as bytes', () => {
  it('come back, attached or detached, whatever their length and script', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('x'.repeat(300), '\ufeff'),
    );
    fc.assert(
      fc.property(fc.array(text), fc.boolean(), (strings, detached) => {
        expect(unpackStrings(packStrings(strings), detached)).toEqual(strings);
      }),
    );
  });

  it('are refused when lengths and text do not fit, or cut a character', () => {
    const text = new TextEncoder().encode('aü');
    const of = (lengths: number[], bytes = text) =>
      unpackStrings([lengths.length, Uint8Array.from(lengths), bytes], true);
    expect(of([1, 2])).toEqual(['a', 'ü']);
    expect(of([2, 1])).toBeUndefined();
    expect(of([1, 1])).toBeUndefined();
    expect(of([1, 3])).toBeUndefined();
    expect(of([1], Uint8Array.of(0xff))).toBeUndefined();
  });
});
