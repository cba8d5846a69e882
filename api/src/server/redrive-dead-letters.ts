/**
 * Puts dead letters into the log again, after what they died of was mended. An event keeps its identity: one that was billed
 * meanwhile is a duplicate, and giving the command twice bills nothing twice. What dies again is listed again.
 */
import { partitionOf } from '@tidemark/ingest/contract';
import type { EventLog, LogAppend } from '@tidemark/ingest/log';
import type { DocumentPage } from './usage-reads.ts';

export interface RedriveRequest {
  readonly tenant: string;
  /** Only those that died of this. */
  readonly reason: string | undefined;
  /** At most so many letters are looked at, the newest first; 1 to 10,000. */
  readonly limit: number;
}

export interface RedriveAnswer {
  /** Events that are in the log again. */
  readonly redriven: number;
  /** Letters that cannot be sent again: whole records that nobody can read, and events whose text was cut. */
  readonly left: number;
}

export type ListDeadLetters = (page: {
  readonly limit: number;
  readonly cursor: string | undefined;
}) => Promise<DocumentPage>;

const pageSize = 500;
const encoder = new TextEncoder();

export async function redriveDeadLetters(
  eventLog: Pick<EventLog, 'append' | 'partitionCount'>,
  list: ListDeadLetters,
  { limit, tenant }: Pick<RedriveRequest, 'tenant' | 'limit'>,
): Promise<RedriveAnswer> {
  let cursor: string | undefined;
  let seen = 0;
  let redriven = 0;
  do {
    const page = await list({ limit: Math.min(pageSize, limit - seen), cursor });
    const records = page.data.flatMap((letter) => recordOf(tenant, letter, eventLog));
    if (records.length > 0) await eventLog.append(records);
    seen += page.data.length;
    redriven += records.length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && seen < limit);
  return { redriven, left: seen - redriven };
}

/** The event as others write it to the log: one JSON CloudEvent, on its own partition. */
function recordOf(
  tenant: string,
  letter: Readonly<Record<string, unknown>>,
  { partitionCount }: Pick<EventLog, 'partitionCount'>,
): LogAppend[] {
  const { customer, id, payload } = letter;
  if (typeof customer !== 'string' || typeof payload !== 'string' || id === '') return [];
  if (!isJson(payload)) return [];
  return [
    {
      partition: partitionOf(tenant, customer, partitionCount),
      key: `${tenant}:${customer}`,
      value: encoder.encode(payload),
      headers: {},
    },
  ];
}

/** The text itself is sent, digit for digit; a letter whose text was cut does not parse. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
