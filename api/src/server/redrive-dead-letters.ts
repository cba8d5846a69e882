/**
 * Puts dead letters into the log again, after what they died of was mended: as envelopes of backfill, so that the age that an
 * event has come to meanwhile is no new reason to refuse it. An event keeps its identity: one that was billed meanwhile is a
 * duplicate, and giving the command twice bills nothing twice. What dies again is listed again.
 */
import {
  ColumnsBuilder,
  encodeEnvelope,
  parseUsageEventText,
  partitionOf,
} from '@tidemark/ingest/contract';
import type { AcceptedEvent, InstallationKeys } from '@tidemark/ingest/contract';
import type { EventLog, LogAppend } from '@tidemark/ingest/log';
import type { DocumentPage } from './usage-reads.ts';

export interface RedriveRequest {
  readonly tenant: string;
  /** At most so many letters are looked at, the newest first; 1 to 10,000. */
  readonly limit: number;
}

export interface RedriveAnswer {
  /** Events that are in the log again. */
  readonly redriven: number;
  /** Letters that cannot be sent again: records that nobody can read, and events whose text was cut. */
  readonly left: number;
}

export interface RedriveParts {
  readonly eventLog: Pick<EventLog, 'append' | 'partitionCount'>;
  readonly keys: InstallationKeys;
  /** Those letters that are to be redriven, a page at a time. */
  readonly list: (page: {
    readonly limit: number;
    readonly cursor: string | undefined;
  }) => Promise<DocumentPage>;
}

const pageSize = 500;
/** Text of the events of one envelope; a topic takes messages of 1 MiB at least. */
const envelopeTextMax = 400_000;
/** No gateway: these envelopes claim nothing about others, so the loss detector has nothing to conclude. */
const mark = { gatewayId: 'redrive', sequence: 1, ackedThrough: 0 };

export async function redriveDeadLetters(
  { eventLog, keys, list }: RedriveParts,
  { limit, tenant }: RedriveRequest,
): Promise<RedriveAnswer> {
  let cursor: string | undefined;
  let seen = 0;
  let redriven = 0;
  do {
    const page = await list({ limit: Math.min(pageSize, limit - seen), cursor });
    const batches = new EnvelopeBatches(keys, eventLog.partitionCount);
    for (const letter of page.data) redriven += batches.add(eventOf(tenant, letter)) ? 1 : 0;
    const records = batches.finish();
    if (records.length > 0) await eventLog.append(records);
    seen += page.data.length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && seen < limit);
  return { redriven, left: seen - redriven };
}

interface LetterEvent {
  readonly event: AcceptedEvent;
  readonly textLength: number;
}

/** The event that the letter holds: as JSON, or, of a whole record, as base64 of what may be JSON. */
function eventOf(
  tenant: string,
  letter: Readonly<Record<string, unknown>>,
): LetterEvent | undefined {
  const { id, payload } = letter;
  if (typeof payload !== 'string') return undefined;
  const text = id === '' ? Buffer.from(payload, 'base64').toString('utf8') : payload;
  const parsed = parseUsageEventText(text, { tenant, acceptance: null });
  return parsed.kind === 'ok' ? { event: parsed.event, textLength: text.length } : undefined;
}

/** Events by the partition of their customer, cut into envelopes that the log takes. */
class EnvelopeBatches {
  readonly #keys: InstallationKeys;
  readonly #partitionCount: number;
  readonly #open = new Map<number, { builder: ColumnsBuilder; textLength: number }>();
  readonly #records: LogAppend[] = [];

  constructor(keys: InstallationKeys, partitionCount: number) {
    this.#keys = keys;
    this.#partitionCount = partitionCount;
  }

  /** False when there is nothing to add. */
  add(letter: LetterEvent | undefined): boolean {
    if (letter === undefined) return false;
    const { event, textLength } = letter;
    const partition = partitionOf(event.tenant, event.subject, this.#partitionCount);
    const batch = this.#open.get(partition) ?? { builder: new ColumnsBuilder(), textLength: 0 };
    this.#open.set(partition, batch);
    batch.builder.add(event);
    batch.textLength += textLength;
    if (batch.textLength > envelopeTextMax) this.#seal(partition, batch.builder);
    return true;
  }

  finish(): readonly LogAppend[] {
    for (const [partition, { builder }] of this.#open) this.#seal(partition, builder);
    return this.#records;
  }

  #seal(partition: number, builder: ColumnsBuilder): void {
    this.#open.delete(partition);
    const sealed = encodeEnvelope(builder.build(), mark, true, this.#keys);
    this.#records.push({ partition, key: null, ...sealed });
  }
}
