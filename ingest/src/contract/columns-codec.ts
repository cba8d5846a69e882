/**
 * `EventColumns` as msgpack and back. Two users: the value of an envelope, and the body that the SDK sends (without the
 * tenant, which the access key decides). Reading trusts nothing: every length, index, bound and text is checked, and what
 * it accepts keeps the same rules as an event in JSON. Layout: docs/adr/0011. Runs in browsers too.
 */
import { encode } from '@msgpack/msgpack';
import { packIndices, packIntegers, packStrings, toBytes } from './column-bytes.ts';
import { ColumnsReader, ColumnsRejection } from './columns-reader.ts';
import type { EventColumns, PropertyColumn, StringColumn } from './event-columns.ts';
import { MsgpackShapeError } from './msgpack-reader.ts';

/** Content type of `encodeClientColumns`. */
export const columnsContentType = 'application/vnd.tidemark.events+msgpack';

export type DecodedColumns =
  | { readonly kind: 'ok'; readonly columns: EventColumns }
  | {
      readonly kind: 'rejected';
      readonly code: 'ingest/invalid-columns' | 'ingest/too-many-events';
      readonly message: string;
    };

/** First element of the outer array; a reader refuses any other. */
const columnsVersion = 1;

/** Numbers of the kinds of property values on the wire. */
const propertyKinds = ['decimal', 'decimal-text', 'string', 'boolean', 'json'] as const;

/** The value of an envelope. */
export function encodeColumns(columns: EventColumns): Uint8Array {
  return encodeWith(columns, stringColumn(columns.tenant));
}

/** The body of a client's request; the tenant column is left out. */
export function encodeClientColumns(columns: EventColumns): Uint8Array {
  return encodeWith(columns, null);
}

/** Never throws on any bytes. */
export function decodeColumns(bytes: Uint8Array): DecodedColumns {
  return decodeWith(bytes, null);
}

/**
 * Reads a client's body as events of `tenant`. Beyond the format it checks the limits of a request: at most 10,000
 * events, 256 KiB an event, and what all dictionaries expand to. Never throws on any bytes.
 */
export function decodeClientColumns(bytes: Uint8Array, tenant: string): DecodedColumns {
  return decodeWith(bytes, tenant);
}

function encodeWith(columns: EventColumns, tenant: unknown): Uint8Array {
  const { count, subject, source, type, id, time, properties } = columns;
  return encode(
    [
      columnsVersion,
      count,
      tenant,
      stringColumn(subject),
      stringColumn(source),
      stringColumn(type),
      id.kind === 'uuid' ? [0, id.bytes] : [1, ...packStrings(id.values)],
      toBytes(time),
      packStrings(properties.map(({ name }) => name)),
      properties.map((property) => propertyColumn(property, count)),
    ],
    { initialBufferSize: 65_536, maxDepth: 4 },
  );
}

function stringColumn({ dictionary, indices }: StringColumn): unknown[] {
  const packed = indices === null ? null : toBytes(packIndices(indices, dictionary.length - 1));
  return [...packStrings(dictionary), packed];
}

function propertyColumn({ rows, values }: PropertyColumn, count: number): unknown[] {
  const packedRows = rows === null ? null : toBytes(packIndices(rows, count - 1));
  const head = [propertyKinds.indexOf(values.kind), packedRows];
  switch (values.kind) {
    case 'decimal':
      return [...head, values.scale, packIntegers(values.integers)];
    case 'string':
      return [...head, ...stringColumn(values.column)];
    case 'boolean':
      return [...head, values.values];
    case 'decimal-text':
    case 'json':
      return [...head, ...packStrings(values.values)];
  }
}

function decodeWith(bytes: Uint8Array, clientTenant: string | null): DecodedColumns {
  try {
    return { kind: 'ok', columns: new ColumnsReader(bytes, clientTenant).read() };
  } catch (error) {
    if (error instanceof ColumnsRejection) {
      return { kind: 'rejected', code: error.code, message: error.message };
    }
    if (error instanceof MsgpackShapeError) {
      const message = `The columns are not well-formed: ${error.message}.`;
      return { kind: 'rejected', code: 'ingest/invalid-columns', message };
    }
    throw error;
  }
}
