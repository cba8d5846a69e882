/**
 * Log records as one block of bytes, so that they cross to a rating thread by a single transfer. Values are copied on the way
 * in: a driver's values are slices of a fetch buffer that many records share.
 *
 * u32 count, then per record: f64 offset, f64 log time, u32 key length + 1 (0 = no key), u32 number of headers, u32 value
 * length, u32 unused; key; per header u32 name length, u32 value length, name, value; value. Every part starts at a multiple
 * of 8, all numbers are little-endian.
 */
import { AppError } from '@tidemark/platform/errors';
import type { RatingRecord } from '../rating/rating-record.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const recordHeaderBytes = 32;

export function packRecords(records: readonly RatingRecord[]): Uint8Array<ArrayBuffer> {
  const parts = records.map((record) => ({
    record,
    key: record.key === null ? null : encoder.encode(record.key),
    headers: Object.entries(record.headers).map(([name, value]) => ({
      name: encoder.encode(name),
      value,
    })),
  }));
  let size = 8;
  for (const { record, key, headers } of parts) {
    size += recordHeaderBytes + padded(key?.length ?? 0) + padded(record.value.length);
    for (const { name, value } of headers) size += 8 + padded(name.length) + padded(value.length);
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, records.length, true);
  let at = 8;
  const put = (part: Uint8Array): void => {
    bytes.set(part, at);
    at += padded(part.length);
  };
  for (const { record, key, headers } of parts) {
    view.setFloat64(at, record.offset, true);
    view.setFloat64(at + 8, record.logTimeMs, true);
    view.setUint32(at + 16, key === null ? 0 : key.length + 1, true);
    view.setUint32(at + 20, headers.length, true);
    view.setUint32(at + 24, record.value.length, true);
    at += recordHeaderBytes;
    if (key !== null) put(key);
    for (const { name, value } of headers) {
      view.setUint32(at, name.length, true);
      view.setUint32(at + 4, value.length, true);
      at += 8;
      put(name);
      put(value);
    }
    put(record.value);
  }
  return bytes;
}

/** The records one by one; their values are views of the block. */
export function* unpackRecords(bytes: Uint8Array): Generator<RatingRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  let at = 8;
  const take = (length: number): Uint8Array => {
    const part = bytes.subarray(at, at + length);
    if (part.length !== length) {
      throw new AppError('invariant', 'rater/packed-records', 'The packed records end too early.');
    }
    at += padded(length);
    return part;
  };
  for (let i = 0; i < count; i++) {
    const offset = view.getFloat64(at, true);
    const logTimeMs = view.getFloat64(at + 8, true);
    const keyLength = view.getUint32(at + 16, true);
    const headerCount = view.getUint32(at + 20, true);
    const valueLength = view.getUint32(at + 24, true);
    at += recordHeaderBytes;
    const key = keyLength === 0 ? null : decoder.decode(take(keyLength - 1));
    const headers: Record<string, Uint8Array> = {};
    for (let header = 0; header < headerCount; header++) {
      const nameLength = view.getUint32(at, true);
      const headerLength = view.getUint32(at + 4, true);
      at += 8;
      const name = decoder.decode(take(nameLength));
      const value = take(headerLength);
      // A plain assignment of `__proto__`, which a foreign producer may send, would set the prototype.
      Object.defineProperty(headers, name, { value, enumerable: true, configurable: true });
    }
    yield { offset, logTimeMs, key, headers, value: take(valueLength) };
  }
}

function padded(length: number): number {
  return (length + 7) & ~7;
}
