/** Turns a batch into the bytes of one request. Done once per batch: a retry sends the very same bytes. */
import {
  ColumnsBuilder,
  batchLimits,
  columnsContentType,
  encodeClientColumns,
} from '@tidemark/ingest/contract';
import { toUsageEvent } from './event.ts';
import type { QueuedEvent } from './event.ts';

export interface RequestBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export function encodeRequestBody(
  events: readonly QueuedEvent[],
  format: 'columnar' | 'json',
): RequestBody {
  return (format === 'columnar' ? encodeColumnar(events) : undefined) ?? encodeJson(events);
}

/** `undefined` for events of so many different properties that columns would be refused. */
function encodeColumnar(events: readonly QueuedEvent[]): RequestBody | undefined {
  const builder = new ColumnsBuilder();
  for (const event of events) {
    const { id, source, type, subject, time, data } = event;
    // The access key decides the tenant; it is not part of the body.
    builder.add({ tenant: '', id, source, type, subject, time, data });
  }
  const columns = builder.build();
  if (columns.properties.length > batchLimits.clientPropertiesMax) return undefined;
  return { contentType: columnsContentType, bytes: encodeClientColumns(columns) };
}

function encodeJson(events: readonly QueuedEvent[]): RequestBody {
  const bytes = new TextEncoder().encode(JSON.stringify(events.map(toUsageEvent)));
  return { contentType: 'application/json', bytes };
}
