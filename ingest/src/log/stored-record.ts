/**
 * One record as the embedded log stores it: version, time, key, headers, value; lengths before parts, little-endian. The
 * store keeps pages, not checksums: damage is found by the CRC that envelopes carry.
 */
import type { LogAppend, LogRecord } from './event-log.ts';
import { logError } from './log-error.ts';

const formatVersion = 1;
/** Version (1), log time (8), key length (4), number of headers (2). */
const headBytes = 15;
const noKey = 0xffff_ffff;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes that a record takes in the log, without the store's own overhead. */
export function storedBytes(record: LogAppend): number {
  let bytes = headBytes + record.value.byteLength + 3 * (record.key?.length ?? 0);
  for (const name in record.headers) {
    bytes += 6 + 3 * name.length + (record.headers[name] as Uint8Array).byteLength;
  }
  return bytes;
}

export function encodeStoredRecord(record: LogAppend, logTimeMs: number): Uint8Array {
  const key = record.key === null ? null : encoder.encode(record.key);
  const headers = Object.entries(record.headers).map(
    ([name, value]) => [encoder.encode(name), value] as const,
  );
  let length = headBytes + (key?.byteLength ?? 0) + record.value.byteLength;
  for (const [name, value] of headers) length += 6 + name.byteLength + value.byteLength;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, formatVersion);
  view.setFloat64(1, logTimeMs, true);
  view.setUint32(9, key?.byteLength ?? noKey, true);
  view.setUint16(13, headers.length, true);
  let at = headBytes;
  const write = (part: Uint8Array) => {
    bytes.set(part, at);
    at += part.byteLength;
  };
  if (key !== null) write(key);
  for (const [name, value] of headers) {
    view.setUint16(at, name.byteLength, true);
    view.setUint32(at + 2, value.byteLength, true);
    at += 6;
    write(name);
    write(value);
  }
  write(record.value);
  return bytes;
}

/** `bytes` may be reused by the store afterwards: everything is copied out. */
export function decodeStoredRecord(
  bytes: Uint8Array,
  partition: number,
  offset: number,
): LogRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < headBytes || view.getUint8(0) !== formatVersion) {
    throw logError('invariant', 'log/record-unreadable', 'A stored record cannot be read.', {
      details: { partition, offset },
    });
  }
  const keyLength = view.getUint32(9, true);
  const headerCount = view.getUint16(13, true);
  let at = headBytes;
  const read = (length: number): Uint8Array => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const key = keyLength === noKey ? null : decoder.decode(read(keyLength));
  // Without a prototype: a foreign producer may name a header __proto__.
  const headers = Object.create(null) as Record<string, Uint8Array>;
  for (let index = 0; index < headerCount; index++) {
    const nameLength = view.getUint16(at, true);
    const valueLength = view.getUint32(at + 2, true);
    at += 6;
    const name = decoder.decode(read(nameLength));
    headers[name] = read(valueLength).slice();
  }
  const value = bytes.slice(at);
  return { partition, offset, logTimeMs: view.getFloat64(1, true), key, value, headers };
}

/** Only the log time of a stored record. */
export function storedLogTimeMs(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(1, true);
}
