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

const recordHeaderBytes = 32;

export function packRecords(records: readonly RatingRecord[]): Uint8Array<ArrayBuffer> {
  let size = 8;
  for (const { key, value, headers } of records) {
    size += recordHeaderBytes + padded(value.length);
    if (key !== null) size += padded(Buffer.byteLength(key));
    for (const name in headers) {
      size += 8 + padded(Buffer.byteLength(name)) + padded(headers[name]?.length ?? 0);
    }
  }
  const block = new ArrayBuffer(size);
  const bytes = Buffer.from(block);
  const view = new DataView(block);
  view.setUint32(0, records.length, true);
  let at = 8;
  for (const { offset, logTimeMs, key, value, headers } of records) {
    const start = at;
    view.setFloat64(start, offset, true);
    view.setFloat64(start + 8, logTimeMs, true);
    view.setUint32(start + 24, value.length, true);
    at += recordHeaderBytes;
    if (key !== null) {
      const length = bytes.write(key, at);
      view.setUint32(start + 16, length + 1, true);
      at += padded(length);
    }
    let headerCount = 0;
    for (const name in headers) {
      const header = headers[name] ?? nothing;
      const length = bytes.write(name, at + 8);
      view.setUint32(at, length, true);
      view.setUint32(at + 4, header.length, true);
      at += 8 + padded(length);
      bytes.set(header, at);
      at += padded(header.length);
      headerCount++;
    }
    view.setUint32(start + 20, headerCount, true);
    bytes.set(value, at);
    at += padded(value.length);
  }
  return new Uint8Array(block);
}

const nothing = new Uint8Array();
const noHeaders: RatingRecord['headers'] = Object.freeze({});

/** The records one by one; their values are views of the block. */
export function* unpackRecords(bytes: Uint8Array): Generator<RatingRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  let at = 8;
  const text = (length: number): string => {
    const from = at;
    at += padded(length);
    return texts.toString('utf8', from, from + length);
  };
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
    const key = keyLength === 0 ? null : text(keyLength - 1);
    const headers: Record<string, Uint8Array> = headerCount === 0 ? noHeaders : {};
    for (let header = 0; header < headerCount; header++) {
      const nameLength = view.getUint32(at, true);
      const headerLength = view.getUint32(at + 4, true);
      at += 8;
      const name = text(nameLength);
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
