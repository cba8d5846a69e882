/**
 * A record without our headers: one CloudEvent in JSON that a foreign producer wrote straight to the log, keyed by
 * `tenant:subject`. Its time is judged by the rater against the log time. Usual events are read in one pass over their
 * bytes; what that pass cannot read goes to the exact reader, which alone rejects.
 */
import { ColumnsBuilder } from './columns-builder.ts';
import { eventLimits } from './limits.ts';
import type { LogMessage } from './log-message.ts';
import { parseUsageEventText } from './parse-usage-event.ts';
import { PlainEventScanner } from './plain-event-scanner.ts';
import type { PlainShape } from './plain-event-scanner.ts';
import type { ProblemCode } from './problem-codes.ts';

/** An event of 256 KiB may be written with spaces and escapes; beyond this it is not even parsed. */
const recordBytesMax = 4 * eventLimits.eventBytesMax;

const tenantKey = /^[a-z0-9][a-z0-9-]{0,62}$/;
const decoder = new TextDecoder('utf-8', { fatal: true });
const oneEvent: PlainShape = { text: 'one', specversionRequired: false };
/** One for all records: what it has read is copied before the next one. */
const scanner = new PlainEventScanner();

type Poison = Extract<LogMessage, { kind: 'poison' }>;

export interface ForeignRecord {
  readonly key: string | null;
  readonly value: Uint8Array;
}

export function decodeForeignRecord(record: ForeignRecord): LogMessage {
  const builder = new ColumnsBuilder();
  return addForeignEvent(record, builder) ?? { kind: 'foreign', columns: builder.build() };
}

/** Adds the record's event to `builder`; answers what is wrong when it holds none, and adds nothing then. */
export function addForeignEvent(
  { key, value }: ForeignRecord,
  builder: ColumnsBuilder,
): Poison | undefined {
  const colon = key === null ? -1 : key.indexOf(':');
  const tenant = key?.slice(0, Math.max(colon, 0)) ?? '';
  if (key === null || !tenantKey.test(tenant)) {
    return poison('log/bad-key', 'The key is not tenant:subject.');
  }
  if (value.byteLength > recordBytesMax) {
    return poison('ingest/event-too-large', `The record has ${value.byteLength} bytes.`);
  }
  const subject = key.slice(colon + 1);
  const plain = scanner.scan(value, tenant, oneEvent);
  if (plain === undefined) return addExactly({ tenant, subject, value }, builder);
  if (plain.subjects[0] !== subject) return otherSubject();
  builder.addPlain(plain, 0);
  return undefined;
}

interface KeyedValue {
  readonly tenant: string;
  readonly subject: string;
  readonly value: Uint8Array;
}

function addExactly(
  { tenant, subject, value }: KeyedValue,
  builder: ColumnsBuilder,
): Poison | undefined {
  let text: string;
  try {
    text = decoder.decode(value);
  } catch {
    return poison('log/not-json', 'The value is not UTF-8.');
  }
  const parsed = parseUsageEventText(text, { tenant, acceptance: null });
  if (parsed.kind === 'rejected') {
    const reason = parsed.code === 'ingest/not-json' ? 'log/not-json' : parsed.code;
    return poison(reason, parsed.message);
  }
  if (parsed.event.subject !== subject) return otherSubject();
  builder.add(parsed.event);
  return undefined;
}

function otherSubject(): Poison {
  return poison('log/bad-key', 'The key names another subject than the event.');
}

function poison(reason: ProblemCode, detail: string): Poison {
  return { kind: 'poison', reason, detail };
}
