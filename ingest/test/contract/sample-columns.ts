/** Events, the columns made of them, and both as plain objects to compare. */
import { columnsEvent } from '../../src/contract/canonical-data.ts';
import { canonicalJson } from '../../src/contract/canonical-json.ts';
import { ColumnsBuilder } from '../../src/contract/columns-builder.ts';
import { decodeColumns } from '../../src/contract/columns-codec.ts';
import type { EventColumns } from '../../src/contract/event-columns.ts';
import type { AcceptedEvent } from '../../src/contract/usage-event.ts';

export function columnsOf(events: readonly AcceptedEvent[]): EventColumns {
  const builder = new ColumnsBuilder();
  for (const event of events) builder.add(event);
  return builder.build();
}

/** Fails where the bytes are rejected. */
export function decoded(bytes: Uint8Array): EventColumns {
  const result = decodeColumns(bytes);
  if (result.kind === 'rejected') throw new Error(result.message);
  return result.columns;
}

/** An event to compare: its data as canonical JSON. */
export function canonical({ data, ...attributes }: AcceptedEvent): object {
  return { ...attributes, data: canonicalJson(data) };
}

/** The events of all rows, to compare. */
export function rowsOf(columns: EventColumns): object[] {
  return Array.from({ length: columns.count }, (_, row) => canonical(columnsEvent(columns, row)));
}

export function event(fields: Partial<AcceptedEvent> = {}): AcceptedEvent {
  return {
    tenant: 'acme',
    id: 'r-1',
    source: 'edge',
    type: 't',
    subject: 's',
    time: 1_431_857_103_000_000,
    data: {},
    ...fields,
  };
}

export const allRows = (columns: EventColumns) =>
  Uint32Array.from({ length: columns.count }, (_, row) => row);
