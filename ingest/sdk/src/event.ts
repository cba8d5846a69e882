/**
 * The frozen copy of an event that the client sends. It is made inside `track`: what the application does to its objects
 * afterwards changes nothing, and every retry sends the same bytes.
 */
import {
  canonicalJson,
  eventLimits,
  formatInstant,
  parseInstant,
  utf8Length,
} from '@tidemark/ingest/contract';
import { TidemarkEventError } from './errors.ts';
import type { JsonObject } from './json-value.ts';
import { snapshotData, textSize } from './snapshot-data.ts';
import type { UsageEvent, UsageEventInput } from './usage-event.ts';

/** An event in the buffer. */
export interface QueuedEvent {
  /** Position in the order of `track` calls, from 1. */
  readonly ordinal: number;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** Integer microseconds since the epoch. */
  readonly time: number;
  readonly data: JsonObject;
  /** About its size as JSON, never less than its text. */
  readonly bytes: number;
}

export interface EventDefaults {
  readonly ordinal: number;
  readonly source: string | undefined;
  readonly generateId: () => string;
  readonly nowMs: number;
}

const { attributeBytesMax, eventBytesMax } = eventLimits;
/** Names, quotes and commas of the envelope `{"id":"","source":"",...}` and a 27-character time. */
const framingBytes = 96;

/**
 * Checks the limits of the public contract and copies the event.
 * @throws TidemarkEventError with the code that the server would answer.
 */
export function snapshotEvent(input: UsageEventInput, defaults: EventDefaults): QueuedEvent {
  const id = input.id ?? defaults.generateId();
  const source = input.source ?? defaults.source;
  if (source === undefined) {
    throw new TidemarkEventError(
      'ingest/missing-field',
      'The event has no source, and the client has no default: set the option `source`.',
    );
  }
  const attributeBytes =
    attributeSize('id', id) +
    attributeSize('source', source) +
    attributeSize('type', input.type) +
    attributeSize('subject', input.subject);
  const time = eventTime(input.time, defaults.nowMs);
  const { data, bytes: dataBytes } = snapshotData(input.data ?? {});
  const bytes = framingBytes + attributeBytes + dataBytes;
  const { type, subject } = input;
  const event = { ordinal: defaults.ordinal, id, source, type, subject, time, data, bytes };
  // Escapes make JSON up to six times as long as its text; only then is the exact size worth its price.
  if (bytes * 6 > eventBytesMax) checkExactSize(event);
  return event;
}

function checkExactSize(event: QueuedEvent): void {
  const { id, source, type, subject, data } = event;
  const exact = utf8Length(
    canonicalJson({ id, source, type, subject, time: '2026-01-01T00:00:00.000000Z', data }),
  );
  if (exact <= eventBytesMax) return;
  throw new TidemarkEventError(
    'ingest/event-too-large',
    `The event has ${exact} bytes as JSON; ${eventBytesMax} are allowed.`,
  );
}

export function toUsageEvent(event: QueuedEvent): UsageEvent {
  return {
    id: event.id,
    source: event.source,
    type: event.type,
    subject: event.subject,
    time: formatInstant(event.time),
    data: event.data,
  };
}

/** Callers without types reach this, hence the checks that the types rule out. */
function attributeSize(name: string, value: unknown): number {
  if (typeof value !== 'string' || value === '') {
    throw new TidemarkEventError(
      'ingest/missing-field',
      `${name} must be a string that is not empty.`,
    );
  }
  const bytes = textSize(value, name, 'ingest/invalid-field');
  if (bytes > attributeBytesMax) {
    throw new TidemarkEventError(
      'ingest/field-too-long',
      `${name} has ${bytes} bytes of UTF-8; ${attributeBytesMax} are allowed.`,
    );
  }
  return bytes;
}

function eventTime(time: Date | string | undefined, nowMs: number): number {
  if (time === undefined) return Math.round(nowMs * 1000);
  const instant =
    time instanceof Date
      ? parseInstant(Number.isNaN(time.getTime()) ? '' : time.toISOString())
      : parseInstant(time);
  if (instant === undefined) {
    throw new TidemarkEventError(
      'ingest/invalid-time',
      'time must be a valid Date or RFC 3339 text with a zone, such as 2026-01-31T12:00:00Z.',
    );
  }
  return instant;
}
