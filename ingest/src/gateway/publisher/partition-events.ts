/** Spreads events over the partitions of the log by tenant and subject. */
import type { EventColumns } from '../../contract/event-columns.ts';
import { partitionOf } from '../../contract/partition.ts';
import type { AcceptedEvent } from '../../contract/usage-event.ts';

/** Events of each partition that has any, in their order. A subject is hashed once however often it occurs. */
export function eventsByPartition(
  events: readonly AcceptedEvent[],
  partitionCount: number,
): Map<number, AcceptedEvent[]> {
  const parts = new Map<number, AcceptedEvent[]>();
  const known = new Map<string, AcceptedEvent[]>();
  for (const event of events) {
    let part = known.get(event.subject);
    if (part === undefined) {
      const partition = partitionOf(event.tenant, event.subject, partitionCount);
      part = parts.get(partition) ?? [];
      parts.set(partition, part);
      known.set(event.subject, part);
    }
    part.push(event);
  }
  return parts;
}

/** The given ascending rows of each partition that has any, ascending. All rows belong to one tenant. */
export function rowsByPartition(
  { tenant, subject }: EventColumns,
  rows: Uint32Array,
  partitionCount: number,
): Map<number, Uint32Array> {
  const parts = new Map<number, Uint32Array>();
  if (rows.length === 0) return parts;
  const tenantKey = tenant.dictionary[0] ?? '';
  const { dictionary, indices } = subject;
  const partitions = dictionary.map((key) => partitionOf(tenantKey, key, partitionCount));
  if (indices === null) return parts.set(partitions[0] ?? 0, rows);
  const counts = new Map<number, number>();
  const partitionAt = (row: number) => partitions[indices[row] ?? 0] ?? 0;
  for (const row of rows) {
    const partition = partitionAt(row);
    const count = counts.get(partition) ?? 0;
    let part = parts.get(partition);
    if (part === undefined) {
      part = new Uint32Array(rows.length);
      parts.set(partition, part);
    }
    part[count] = row;
    counts.set(partition, count + 1);
  }
  for (const [partition, part] of parts)
    parts.set(partition, part.subarray(0, counts.get(partition)));
  return parts;
}
