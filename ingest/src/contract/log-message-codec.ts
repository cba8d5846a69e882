/**
 * Log records of our own: envelopes and control records, with a CRC against damage and two MACs against forgery, and the
 * total function that reads any record. `tm-hmac` covers the headers (and with them the CRC), `tm-mac` headers and value:
 * so a record whose headers are ours and whose value is not what they say is damage (`corrupt`), anything else that
 * claims to be ours is a forgery (`poison`). Node only. docs/adr/0012.
 */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';
import { decodeColumns, encodeColumns } from './columns-codec.ts';
import type { EventColumns } from './event-columns.ts';
import { decodeForeignRecord } from './foreign-record.ts';
import type { InstallationKeys } from './log-keys.ts';
import type { CatalogEpochMarker, GatewayMark, LogMessage, PartitionSkip } from './log-message.ts';
import type { ProblemCode } from './problem-codes.ts';

type Headers = Readonly<Record<string, Uint8Array>>;

/** What the log carries for one record. */
export interface EncodedRecord {
  readonly value: Uint8Array;
  readonly headers: Headers;
}

/** The parts of a log record that say what it is; offset and time play no part in it. */
export interface RecordContent extends EncodedRecord {
  readonly key: string | null;
}

/** Envelope format; a reader refuses any other as `log/unknown-version`. */
const envelopeVersion = '1';

/** One envelope. `mark` is the gateway's sequence for the partition the record goes to. */
export function encodeEnvelope(
  columns: EventColumns,
  mark: GatewayMark,
  backfill: boolean,
  keys: InstallationKeys,
): EncodedRecord {
  const times = timeRange(columns.time);
  return seal(
    encodeColumns(columns),
    {
      'tm-kind': 'envelope',
      'tm-v': envelopeVersion,
      'tm-n': String(columns.count),
      'tm-min': String(times.min),
      'tm-max': String(times.max),
      'tm-backfill': backfill ? '1' : '0',
      'tm-gw': mark.gatewayId,
      'tm-seq': String(mark.sequence),
      'tm-acked': String(mark.ackedThrough),
      ...(mark.sentAtMs === undefined ? {} : { 'tm-sent': String(mark.sentAtMs) }),
    },
    keys,
  );
}

/** An envelope of ours that is sent again: the same events and mark, with the time of now. */
export function restampEnvelope(
  { value, headers }: EncodedRecord,
  sentAtMs: number,
  keys: InstallationKeys,
): EncodedRecord {
  const described = Object.entries(headers)
    .filter(([name]) => name !== 'tm-crc' && name !== 'tm-hmac' && name !== 'tm-mac')
    .map(([name, content]) => [name, text(content)] as const);
  return seal(value, { ...Object.fromEntries(described), 'tm-sent': String(sentAtMs) }, keys);
}

/** One control record; the same bytes go to every partition. */
export function encodeControl(marker: CatalogEpochMarker, keys: InstallationKeys): EncodedRecord {
  const { type, epoch, rulesVersion, changesHash } = marker;
  const value = utf8.encode(JSON.stringify({ type, epoch, rulesVersion, changesHash }));
  return seal(value, { 'tm-kind': 'control', 'tm-v': envelopeVersion }, keys);
}

/** The record that allows a skip; it goes to the partition that it names. */
export function encodeSkip(skip: PartitionSkip, keys: InstallationKeys): EncodedRecord {
  const value = utf8.encode(JSON.stringify(skip));
  return seal(value, { 'tm-kind': 'control', 'tm-v': envelopeVersion }, keys);
}

/** Whether the record does not even claim to be ours: then it is a single event of a foreign producer, or nothing. */
export function isForeign({ headers }: Pick<RecordContent, 'headers'>): boolean {
  return !Object.hasOwn(headers, 'tm-kind');
}

/** Reads any record. Never throws: what cannot be trusted is `poison`, what was ours and is damaged is `corrupt`. */
export function decodeLogRecord(record: RecordContent, keys: InstallationKeys): LogMessage {
  const { value, headers } = record;
  if (isForeign(record)) return decodeForeignRecord(record);
  const signed = signedHeaders(headers);
  if (!holds(headers['tm-hmac'], headersMac(signed, keys))) {
    return poison('log/bad-mac', 'The MAC over the headers does not hold.');
  }
  const crc = text(headers['tm-crc']);
  if (crc !== crcText(value)) {
    return { kind: 'corrupt', detail: `CRC32C is ${crcText(value)}, the header says ${crc}.` };
  }
  if (!holds(headers['tm-mac'], recordMac(signed, value, keys))) {
    return poison('log/bad-mac', 'The MAC over headers and value does not hold.');
  }
  if (text(headers['tm-v']) !== envelopeVersion) {
    return poison('log/unknown-version', `Version ${text(headers['tm-v'])} is not known.`);
  }
  const kind = text(headers['tm-kind']);
  if (kind === 'envelope') return readEnvelope(value, headers);
  if (kind === 'control') return readControl(value);
  return poison('log/unknown-kind', `Kind ${kind} is not known.`);
}

/** CRC32C (Castagnoli) as an unsigned 32-bit integer. */
export function crcOf(value: Uint8Array): number {
  return crc32c(value) >>> 0;
}

function readEnvelope(value: Uint8Array, headers: Headers): LogMessage {
  const decoded = decodeColumns(value);
  if (decoded.kind === 'rejected') return poison('log/bad-envelope', decoded.message);
  const { columns } = decoded;
  const times = timeRange(columns.time);
  const sequence = count(headers['tm-seq']);
  const ackedThrough = count(headers['tm-acked']);
  const consistent =
    text(headers['tm-n']) === String(columns.count) &&
    text(headers['tm-min']) === String(times.min) &&
    text(headers['tm-max']) === String(times.max);
  if (!consistent || sequence === undefined || ackedThrough === undefined) {
    return poison('log/bad-envelope', 'The headers do not describe the value.');
  }
  const sentAtMs = count(headers['tm-sent']);
  const gateway = {
    gatewayId: text(headers['tm-gw']),
    sequence,
    ackedThrough,
    ...(sentAtMs === undefined ? {} : { sentAtMs }),
  };
  return { kind: 'envelope', columns, backfill: text(headers['tm-backfill']) === '1', gateway };
}

function readControl(value: Uint8Array): LogMessage {
  let marker: Partial<Record<keyof CatalogEpochMarker, unknown>>;
  try {
    marker = JSON.parse(text(value)) as typeof marker;
  } catch {
    return poison('log/bad-control', 'The control record is not JSON.');
  }
  if (marker.type === 'partition-skip') return readSkip(marker);
  const { type, epoch, rulesVersion, changesHash } = marker;
  if (
    type !== 'catalog-epoch' ||
    !isCount(epoch) ||
    !isCount(rulesVersion) ||
    typeof changesHash !== 'string' ||
    !/^[0-9a-f]{64}$/.test(changesHash)
  ) {
    return poison('log/bad-control', 'The control record is no catalog epoch.');
  }
  return { kind: 'control', control: { type, epoch, rulesVersion, changesHash } };
}

function readSkip(skip: Partial<Record<keyof PartitionSkip, unknown>>): LogMessage {
  const { type, incarnation, partition, from, to, reason, by, atMs } = skip;
  const counts = [incarnation, partition, from, to, atMs];
  const texts = [type, reason, by];
  if (!counts.every(isCount) || !texts.every((each) => typeof each === 'string')) {
    return poison('log/bad-control', 'The control record is no skip.');
  }
  return { kind: 'skip', skip: skip as unknown as PartitionSkip };
}

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder();

function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : utf8Decoder.decode(bytes);
}

function count(bytes: Uint8Array | undefined): number | undefined {
  const digits = text(bytes);
  const value = Number(digits);
  return /^\d{1,16}$/.test(digits) && Number.isSafeInteger(value) ? value : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function crcText(value: Uint8Array): string {
  return crcOf(value).toString(16).padStart(8, '0');
}

function seal(
  value: Uint8Array,
  described: Readonly<Record<string, string>>,
  keys: InstallationKeys,
): EncodedRecord {
  const headers: Record<string, Uint8Array> = {};
  for (const [name, content] of Object.entries({ ...described, 'tm-crc': crcText(value) })) {
    headers[name] = utf8.encode(content);
  }
  const signed = signedHeaders(headers);
  headers['tm-hmac'] = utf8.encode(headersMac(signed, keys));
  headers['tm-mac'] = utf8.encode(recordMac(signed, value, keys));
  return { value, headers };
}

/**
 * All headers but the MACs, sorted by name, every part with its length before it: no two sets of headers have the same
 * bytes.
 */
function signedHeaders(headers: Headers): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const name of Object.keys(headers).sort()) {
    if (name === 'tm-hmac' || name === 'tm-mac') continue;
    for (const part of [utf8.encode(name), headers[name] as Uint8Array]) {
      parts.push(lengthOf(part), part);
    }
  }
  return new Uint8Array(Buffer.concat(parts));
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(bytes.byteLength);
  return length;
}

const macKeys = new WeakMap<Uint8Array, KeyObject>();

/** Node takes six times as long with the bytes of a key as with a key that it has prepared. */
function macKeyOf(logMac: Uint8Array): KeyObject {
  let key = macKeys.get(logMac);
  if (key === undefined) {
    key = createSecretKey(logMac);
    macKeys.set(logMac, key);
  }
  return key;
}

function headersMac(signed: Uint8Array, { logMac }: InstallationKeys): string {
  return createHmac('sha256', macKeyOf(logMac)).update('headers').update(signed).digest('hex');
}

function recordMac(signed: Uint8Array, value: Uint8Array, { logMac }: InstallationKeys): string {
  const hmac = createHmac('sha256', macKeyOf(logMac)).update('record').update(lengthOf(signed));
  return hmac.update(signed).update(value).digest('hex');
}

function holds(claimed: Uint8Array | undefined, expected: string): boolean {
  const wanted = utf8.encode(expected);
  return claimed?.byteLength === wanted.byteLength && timingSafeEqual(claimed, wanted);
}

function poison(reason: ProblemCode, detail: string): LogMessage {
  return { kind: 'poison', reason, detail };
}

function timeRange(times: Float64Array): { readonly min: number; readonly max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (const time of times) {
    if (time < min) min = time;
    if (time > max) max = time;
  }
  return { min, max };
}
