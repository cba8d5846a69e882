/** The usage as it stands in a log: the catalog's marker first, then envelopes or single JSON events. */
import { columnsEvent, encodeEnvelope, formatInstant } from '@tidemark/ingest/contract';
import type { EventColumns } from '@tidemark/ingest/contract';
import type { LogAppend } from '@tidemark/ingest/log';
import { benchmarkCatalog, catalogMarker, keys } from './catalog.ts';
import { generateUsage, standardUsage } from './usage.ts';
import type { ExpectedUsage, UsageEnvelope, UsageShape } from './usage.ts';
import type { CatalogChange } from '@tidemark/rater/catalog';

export interface UsageLog {
  readonly changes: readonly CatalogChange[];
  /** In the order of the log; offsets follow from it. */
  readonly records: readonly LogAppend[];
  readonly expected: ExpectedUsage;
}

export type UsageForm = 'envelopes' | 'json';

type WantedUsage = Partial<UsageShape> & Pick<UsageShape, 'events'>;

/** Generated usage with its catalog, as records of a log that holds nothing else. */
export function createUsageLog(shape: WantedUsage, form: UsageForm = 'envelopes'): UsageLog {
  const now = Date.now() * 1000;
  const whole = { ...standardUsage, now, ...shape };
  const usage = createUsageRecords(whole, form);
  const changes = benchmarkCatalog(whole.customers, now);
  const marker = catalogMarker(changes);
  const markers = Array.from({ length: whole.partitions }, (_, partition) => ({
    partition,
    key: null,
    ...marker,
  }));
  return { changes, records: [...markers, ...usage.records], expected: usage.expected };
}

/** The same without the catalog and its markers: more usage for a log that has them. */
export function createUsageRecords(
  shape: WantedUsage,
  form: UsageForm = 'envelopes',
): Omit<UsageLog, 'changes'> {
  const usage = generateUsage({ ...standardUsage, now: Date.now() * 1000, ...shape });
  const sequences = new Map<number, number>();
  const records = usage.envelopes.flatMap((envelope) => {
    if (form === 'json') return jsonRecords(envelope);
    const sequence = (sequences.get(envelope.partition) ?? 0) + 1;
    sequences.set(envelope.partition, sequence);
    return [envelopeRecord(envelope, sequence)];
  });
  return { records, expected: usage.expected };
}

function envelopeRecord({ partition, columns }: UsageEnvelope, sequence: number): LogAppend {
  const mark = { gatewayId: 'bench', sequence, ackedThrough: sequence - 1 };
  return { partition, key: null, ...encodeEnvelope(columns, mark, false, keys) };
}

const utf8 = new TextEncoder();

/** Each event as a CloudEvent of its own, keyed by its customer. */
function jsonRecords({ partition, columns }: UsageEnvelope): LogAppend[] {
  return Array.from({ length: columns.count }, (_, row) => {
    const { tenant, subject } = columnsEvent(columns, row);
    const value = utf8.encode(cloudEventText(columns, row));
    return { partition, key: `${tenant}:${subject}`, value, headers: {} };
  });
}

export function cloudEventText(columns: EventColumns, row: number): string {
  const { id, source, type, subject, time, data } = columnsEvent(columns, row);
  const event = { specversion: '1.0', id, source, type, subject, time: formatInstant(time), data };
  return JSON.stringify(event);
}
