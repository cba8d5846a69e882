/**
 * Appends the rows of an envelope or a run. Accepted events go column by column, from the envelope's columns into those of the block:
 * no object and no string an event, and what a dictionary entry implies is looked up once. Conflicts and dead letters are rare.
 */
import { canonicalData, columnsEvent, idAt } from '@tidemark/ingest/contract';
import type { EventColumns } from '@tidemark/ingest/contract';
import { formatInstant } from '@tidemark/platform/clock';
import { lanesPerBlock } from './block-cipher.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { IdentityOwner } from './dedup-segment.ts';
import type { EnvelopeCustomers } from './envelope-customers.ts';
import type { PartitionBatch } from './partition-batch.ts';
import { textAt } from './property-reader.ts';
import type { RowCoordinates } from './row-coordinates.ts';
import { RowJsonWriter } from './row-json.ts';
import type { SubjectEntry } from './subject-table.ts';

/** Of every row of the envelope. */
export interface EventHashes {
  /** Four lanes a row. */
  readonly fingerprints: Uint32Array;
  /** The first two of four lanes a row. */
  readonly payloads: Uint32Array;
}

/** Bytes of the payload of a dead letter. */
export const deadLetterBytesMax = 64 * 1024;

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder();

export class EventRows {
  readonly #columns: EventColumns;
  readonly #batch: PartitionBatch;
  readonly #coordinates: RowCoordinates;

  constructor(columns: EventColumns, batch: PartitionBatch, coordinates: RowCoordinates) {
    this.#columns = columns;
    this.#batch = batch;
    this.#coordinates = coordinates;
  }

  /** The rows of accepted events, one column after the other; `rows` ascend. */
  appendEvents(rows: Uint32Array, customers: EnvelopeCustomers, hashes: EventHashes): void {
    if (rows.length === 0) return;
    const { columns } = this.#batch.events;
    const { tenant, type, source, time } = this.#columns;
    columns.tenant.appendEntries(tenant, rows);
    for (const row of rows) columns.subject.appendEncoded(customers.at(row).encoded);
    columns.type.appendEntries(type, rows);
    columns.source.appendEntries(source, rows);
    this.#appendIds(rows);
    columns.time.appendValues(time, rows);
    this.#appendData(rows);
    this.#coordinates.append(columns, rows);
    columns.fingerprint.appendRows(hashes.fingerprints, rows);
    columns.payload_hash.appendLanes(hashes.payloads, lanesPerBlock, rows);
    columns.backfill.appendRun(this.#coordinates.backfill ? 1 : 0, rows.length);
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
    this.#coordinates.append(columns, Uint32Array.of(row));
    columns.owner_offset.append(owner.offset);
    columns.owner_index.append(owner.index);
  }

  appendDeadLetter(row: number, reason: string, detail: string): void {
    const { columns } = this.#batch.deadLetters;
    const { tenant, subject, source, type, id, time, data } = columnsEvent(this.#columns, row);
    columns.tenant.append(tenant);
    this.#coordinates.append(columns, Uint32Array.of(row));
    columns.reason.append(reason);
    columns.detail.append(detail);
    columns.subject.append(subject);
    columns.source.append(source);
    columns.type.append(type);
    columns.id.append(id);
    const event = { id, source, type, subject, time: formatInstant(time), data };
    columns.payload.append(capped(JSON.stringify(event)));
  }

  #appendIds(rows: Uint32Array): void {
    const column = this.#batch.events.columns.id;
    const { id } = this.#columns;
    if (id.kind === 'text') {
      for (const row of rows) column.append(id.values[row] ?? '');
      return;
    }
    for (const row of rows) writeUuid(id.bytes, row * 16, column.writer);
    column.rows += rows.length;
  }

  #appendData(rows: Uint32Array): void {
    const column = this.#batch.events.columns.data;
    const json = new RowJsonWriter(this.#columns);
    let row = 0;
    const write = (out: ByteWriter): void => json.write(row, out);
    for (row of rows) column.appendWritten(write);
  }
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
