/**
 * A record without our headers: one CloudEvent in JSON that a foreign producer wrote straight to the log, keyed by
 * `tenant:subject`. Its time is judged by the rater against the log time.
 */
import { ColumnsBuilder } from './columns-builder.ts';
import { eventLimits } from './limits.ts';
import type { LogMessage } from './log-message.ts';
import { parseUsageEventText } from './parse-usage-event.ts';
import type { ProblemCode } from './problem-codes.ts';

/** An event of 256 KiB may be written with spaces and escapes; beyond this it is not even parsed. */
const recordBytesMax = 4 * eventLimits.eventBytesMax;

const tenantKey = /^[a-z0-9][a-z0-9-]{0,62}$/;
const decoder = new TextDecoder('utf-8', { fatal: true });

export function decodeForeignRecord(record: {
  readonly key: string | null;
  readonly value: Uint8Array;
}): LogMessage {
  const { key, value } = record;
  const colon = key === null ? -1 : key.indexOf(':');
  const tenant = key?.slice(0, Math.max(colon, 0)) ?? '';
  if (key === null || !tenantKey.test(tenant)) {
    return poison('log/bad-key', 'The key is not tenant:subject.');
  }
  if (value.byteLength > recordBytesMax) {
    return poison('ingest/event-too-large', `The record has ${value.byteLength} bytes.`);
  }
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
  if (parsed.event.subject !== key.slice(colon + 1)) {
    return poison('log/bad-key', 'The key names another subject than the event.');
  }
  const builder = new ColumnsBuilder();
  builder.add(parsed.event);
  return { kind: 'foreign', columns: builder.build() };
}

function poison(reason: ProblemCode, detail: string): LogMessage {
  return { kind: 'poison', reason, detail };
}
