/** Spreads events over the partitions of the log by tenant and subject. */
import type { EventColumns } from '../../contract/event-columns.ts';
import { partitionOf } from '../../contract/partition.ts';
import type { PlainEvents } from '../../contract/plain-events.ts';
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

/** The partition of each event, and which partitions have any. */
export function partitionsOfPlain(
  { tenant, subjects, length }: PlainEvents,
  partitionCount: number,
): { readonly partitions: ArrayLike<number>; readonly touched: readonly number[] } {
  if (length === 1) {
    const only = [partitionOf(tenant, subjects[0] as string, partitionCount)];
    return { partitions: only, touched: only };
  }
  const partitions = new Uint32Array(length);
  const touched: number[] = [];
  const seen = new Uint8Array(partitionCount);
  for (let index = 0; index < length; index++) {
    const partition = partitionOf(tenant, subjects[index] as string, partitionCount);
    partitions[index] = partition;
    if (seen[partition] === 0) {
      seen[partition] = 1;
      touched.push(partition);
    }
  }
  return { partitions, touched };
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
  if (indices === null) {
    return parts.set(partitionOf(tenantKey, dictionary[0] ?? '', partitionCount), rows);
  }
  const partitions = new Uint32Array(dictionary.length);
  for (let entry = 0; entry < partitions.length; entry++) {
    partitions[entry] = partitionOf(tenantKey, dictionary[entry] as string, partitionCount);
  }
  // Counted, then placed: no look-up a row, and one array for all parts.
  const ends = new Uint32Array(partitionCount + 1);
  for (let at = 0; at < rows.length; at++) {
    const partition = partitions[indices[rows[at] as number] as number] as number;
    ends[partition + 1] = (ends[partition + 1] as number) + 1;
  }
  for (let partition = 0; partition < partitionCount; partition++) {
    ends[partition + 1] = (ends[partition + 1] as number) + (ends[partition] as number);
  }
  const placed = new Uint32Array(rows.length);
  const next = ends.slice();
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const partition = partitions[indices[row] as number] as number;
    const to = next[partition] as number;
    placed[to] = row;
    next[partition] = to + 1;
  }
  for (let partition = 0; partition < partitionCount; partition++) {
    const part = placed.subarray(ends[partition], ends[partition + 1]);
    if (part.length > 0) parts.set(partition, part);
  }
  return parts;
}
