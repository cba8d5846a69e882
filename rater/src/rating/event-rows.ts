/**
 * Appends the rows of one envelope. Everything that a dictionary entry implies (column codes, encoded texts) is looked up
 * once an envelope; per event only the row itself is written.
 */
import { canonicalData, columnsEvent, idAt } from '@tidemark/ingest/contract';
import type { EventColumns } from '@tidemark/ingest/contract';
import { formatInstant } from '@tidemark/platform/clock';
import type { ByteWriter } from './byte-writer.ts';
import type { IdentityOwner } from './dedup-segment.ts';
import { payloadTimeBytes } from './fingerprint.ts';
import type { PayloadHasher, PayloadPrefix } from './fingerprint.ts';
import type { PartitionBatch } from './partition-batch.ts';
import { entryAt, textAt } from './property-reader.ts';
import { RowJsonWriter } from './row-json.ts';
import type { SubjectEntry } from './subject-table.ts';

/** What all rows of one record share. */
export interface RecordContext {
  readonly incarnation: number;
  readonly partition: number;
  readonly offset: number;
  /** Of the record itself, not the running maximum. */
  readonly logTimeMs: number;
  readonly backfill: boolean;
}

/** Bytes of the payload of a dead letter. */
export const deadLetterBytesMax = 64 * 1024;

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder();

export class EventRows {
  readonly #columns: EventColumns;
  readonly #batch: PartitionBatch;
  readonly #context: RecordContext;
  readonly #hasher: PayloadHasher;
  readonly #json: RowJsonWriter;
  readonly #data: ByteWriter;
  readonly #payloadPrefixes: (PayloadPrefix | undefined)[] = [];
  readonly #sources: Int32Array;
  readonly #tenants: Int32Array;
  readonly #types: Int32Array;
  /** A view over the scratch's current buffer. */
  #words = new Uint32Array(0);

  /** `data`: a scratch writer that is reused from envelope to envelope. */
  constructor(
    columns: EventColumns,
    batch: PartitionBatch,
    context: RecordContext,
    scratch: { readonly hasher: PayloadHasher; readonly data: ByteWriter },
  ) {
    this.#columns = columns;
    this.#batch = batch;
    this.#context = context;
    this.#hasher = scratch.hasher;
    this.#data = scratch.data;
    this.#json = new RowJsonWriter(columns);
    this.#sources = codes(columns.source.dictionary.length);
    this.#tenants = codes(columns.tenant.dictionary.length);
    this.#types = codes(columns.type.dictionary.length);
  }

  /** Low and high half of the hash that `hashPayload` computed last. */
  get payloadHash(): Uint32Array {
    return this.#hasher.lanes;
  }

  /** Writes the row's canonical data into the scratch and hashes it; `appendEvent` for the same row takes it from there. */
  hashPayload(row: number): void {
    const data = this.#data;
    data.clear();
    data.reserve(payloadTimeBytes);
    data.length = payloadTimeBytes;
    this.#json.write(row, data);
    // Room for the hash's own last word, and whole words for the view over the buffer.
    data.reserve(16);
    const typeEntry = entryAt(this.#columns.type, row);
    let prefix = this.#payloadPrefixes[typeEntry];
    if (prefix === undefined) {
      prefix = this.#hasher.prefix(this.#columns.type.dictionary[typeEntry] ?? '');
      this.#payloadPrefixes[typeEntry] = prefix;
    }
    if (this.#words.buffer !== data.bytes.buffer) {
      this.#words = new Uint32Array(data.bytes.buffer, 0, data.bytes.length >>> 2);
    }
    const time = this.#columns.time[row] ?? 0;
    this.#hasher.hash(prefix, time, this.#words, data.length - payloadTimeBytes);
  }

  /** The row of an accepted event; `hashPayload(row)` must have been the last call of it. */
  appendEvent(row: number, subject: SubjectEntry, fingerprint: Uint32Array, at: number): void {
    const { columns } = this.#batch.events;
    const { incarnation, partition, offset, logTimeMs, backfill } = this.#context;
    const { tenant, type, source } = this.#columns;
    const tenantEntry = entryAt(tenant, row);
    let code = this.#tenants[tenantEntry] ?? -1;
    if (code < 0) code = this.#tenants[tenantEntry] = columns.tenant.code(subject.tenant);
    columns.tenant.appendCode(code);
    columns.subject.appendEncoded(subject.encoded);
    const typeEntry = entryAt(type, row);
    code = this.#types[typeEntry] ?? -1;
    if (code < 0) code = this.#types[typeEntry] = columns.type.code(textAt(type, row));
    columns.type.appendCode(code);
    const sourceEntry = entryAt(source, row);
    code = this.#sources[sourceEntry] ?? -1;
    if (code < 0) code = this.#sources[sourceEntry] = columns.source.code(textAt(source, row));
    columns.source.appendCode(code);
    this.#appendId(row);
    columns.time.append(this.#columns.time[row] ?? 0);
    columns.data.appendBytes(this.#data.bytes, payloadTimeBytes, this.#data.length);
    columns.incarnation.append(incarnation);
    columns.partition.append(partition);
    columns.offset.append(offset);
    columns.index.append(row);
    columns.log_time.append(logTimeMs);
    columns.fingerprint.appendLanes(fingerprint, at);
    columns.payload_hash.appendHalves(this.#hasher.lanes[0] ?? 0, this.#hasher.lanes[1] ?? 0);
    columns.backfill.append(backfill ? 1 : 0);
  }

  appendConflict(row: number, subject: SubjectEntry, owner: Readonly<IdentityOwner>): void {
    const { columns } = this.#batch.conflicts;
    columns.tenant.append(subject.tenant);
    columns.subject.append(subject.subject);
    columns.source.append(textAt(this.#columns.source, row));
    columns.id.append(idAt(this.#columns, row));
    columns.type.append(textAt(this.#columns.type, row));
    columns.time.append(this.#columns.time[row] ?? 0);
    columns.data.append(canonicalData(this.#columns, row));
    this.#appendCoordinate(columns, row);
    columns.owner_offset.append(owner.offset);
    columns.owner_index.append(owner.index);
  }

  appendDeadLetter(row: number, reason: string, detail: string): void {
    const { columns } = this.#batch.deadLetters;
    const { tenant, subject, source, type, id, time, data } = columnsEvent(this.#columns, row);
    columns.tenant.append(tenant);
    this.#appendCoordinate(columns, row);
    columns.reason.append(reason);
    columns.detail.append(detail);
    columns.subject.append(subject);
    columns.source.append(source);
    columns.type.append(type);
    columns.id.append(id);
    const event = { id, source, type, subject, time: formatInstant(time), data };
    columns.payload.append(capped(JSON.stringify(event)));
  }

  #appendId(row: number): void {
    const column = this.#batch.events.columns.id;
    const { id } = this.#columns;
    if (id.kind === 'text') {
      column.append(id.values[row] ?? '');
      return;
    }
    writeUuid(id.bytes, row * 16, column.writer);
    column.rows++;
  }

  #appendCoordinate(columns: CoordinateColumns, row: number): void {
    columns.incarnation.append(this.#context.incarnation);
    columns.partition.append(this.#context.partition);
    columns.offset.append(this.#context.offset);
    columns.index.append(row);
    columns.log_time.append(this.#context.logTimeMs);
  }
}

type CoordinateColumns = Pick<
  PartitionBatch['conflicts']['columns'],
  'incarnation' | 'partition' | 'offset' | 'index' | 'log_time'
>;

/** Codes of dictionary entries in the batch's columns, -1 until they are looked up. */
function codes(entries: number): Int32Array {
  return new Int32Array(entries).fill(-1);
}

/** At most 64 KiB of UTF-8, cut between characters. */
function capped(text: string): string {
  if (text.length * 3 <= deadLetterBytesMax) return text;
  const bytes = textEncoder.encode(text);
  if (bytes.length <= deadLetterBytesMax) return text;
  return textDecoder.decode(bytes.subarray(0, deadLetterBytesMax - 3)).replace(/�+$/, '');
}

const hexPairs = new Uint8Array(512);
for (let byte = 0; byte < 256; byte++) {
  hexPairs[byte * 2] = '0123456789abcdef'.charCodeAt(byte >>> 4);
  hexPairs[byte * 2 + 1] = '0123456789abcdef'.charCodeAt(byte & 15);
}

/** The 36 characters of a UUID with their length before them. */
function writeUuid(source: Uint8Array, from: number, out: ByteWriter): void {
  out.reserve(37);
  const { bytes } = out;
  let at = out.length;
  bytes[at++] = 36;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) bytes[at++] = 0x2d;
    const pair = (source[from + i] ?? 0) * 2;
    bytes[at++] = hexPairs[pair] ?? 0;
    bytes[at++] = hexPairs[pair + 1] ?? 0;
  }
  out.length = at;
}
