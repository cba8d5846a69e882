/**
 * The hot path from a parsed JSON value to an accepted event: no schema library, no copies, rules from event-rules.ts.
 * Runs in browsers too, where the SDK checks an event before it buffers it.
 */
import type { Instant } from '@tidemark/platform/clock';
import { checkAcceptance, type AcceptanceWindow } from './acceptance-window.ts';
import type { JsonObject } from './canonical-json.ts';
import {
  checkAttribute,
  checkContentType,
  checkData,
  checkEventSize,
  readTime,
  type RuleBreak,
} from './event-rules.ts';
import { JsonFlaw, parseExactJson } from './exact-json.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { AcceptedEvent } from './usage-event.ts';

export interface ParseContext {
  /** Whose key sent the event; empty in a client, where the gateway knows it. */
  readonly tenant: string;
  /** The window and the moment to judge the time by; null for backfill and wherever the log time judges later. */
  readonly acceptance: { readonly window: AcceptanceWindow; readonly at: Instant } | null;
  /** CloudEvents content types require `specversion`; plain JSON may leave it out. */
  readonly specversionRequired?: boolean;
}

export type ParsedUsageEvent =
  { readonly kind: 'ok'; readonly event: AcceptedEvent } | RejectedUsageEvent;

export interface RejectedUsageEvent {
  readonly kind: 'rejected';
  readonly code: ProblemCode;
  readonly message: string;
  /** What the event calls itself, where that much could be read (at most 256 characters). */
  readonly id: string | null;
}

/**
 * Checks one event. `json` is what `parseExactJson` returned (plain `JSON.parse` loses digits and duplicate keys before
 * anything can notice), or a value built in JavaScript. The accepted event shares `data` with it.
 */
export function parseUsageEvent(json: unknown, context: ParseContext): ParsedUsageEvent {
  if (json instanceof JsonFlaw) return rejected(json, json.value);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return rejected({ code: 'ingest/not-an-object', message: 'An event is a JSON object.' }, json);
  }
  const fields = json as Readonly<Record<string, unknown>>;
  const { id, source, type, subject, data } = fields;
  const broken =
    checkAttribute('id', id) ??
    checkAttribute('source', source) ??
    checkAttribute('type', type) ??
    checkAttribute('subject', subject) ??
    checkEncoding(fields, context.specversionRequired === true);
  if (broken !== undefined) return rejected(broken, json);
  const reading = readTime(fields['time']);
  if (reading.kind === 'rejected') return rejected(reading.broken, json);
  const dataBroken = checkData(data);
  if (dataBroken !== undefined) return rejected(dataBroken, json);
  const event = {
    tenant: context.tenant,
    id: id as string,
    source: source as string,
    type: type as string,
    subject: subject as string,
    time: reading.time,
    data: (data ?? {}) as JsonObject,
  };
  const late = checkEventSize(event) ?? checkWindow(event.time, context);
  return late === undefined ? { kind: 'ok', event } : rejected(late, json);
}

/** One event as JSON text, for example a line of NDJSON. */
export function parseUsageEventText(text: string, context: ParseContext): ParsedUsageEvent {
  const json = parseExactJson(text);
  return json.kind === 'ok' ? parseUsageEvent(json.value, context) : rejected(json, null);
}

function checkEncoding(
  fields: Readonly<Record<string, unknown>>,
  specversionRequired: boolean,
): RuleBreak | undefined {
  const { specversion, datacontenttype, data_base64: binary } = fields;
  if (specversion === undefined ? specversionRequired : specversion !== '1.0') {
    return { code: 'ingest/unsupported-specversion', message: 'specversion must be "1.0".' };
  }
  const contentBroken = checkContentType(datacontenttype);
  if (contentBroken !== undefined) return contentBroken;
  if (binary !== undefined) {
    return { code: 'ingest/unsupported-data', message: 'data_base64 is not read; send data.' };
  }
  return undefined;
}

function checkWindow(time: Instant, { acceptance }: ParseContext): RuleBreak | undefined {
  if (acceptance === null) return undefined;
  const verdict = checkAcceptance(time, acceptance.at, acceptance.window);
  if (verdict === 'accepted') return undefined;
  const message =
    verdict === 'ingest/event-too-old'
      ? 'time lies before the acceptance window; send old events as backfill.'
      : 'time lies too far in the future.';
  return { code: verdict, message };
}

function rejected(broken: RuleBreak, json: unknown): RejectedUsageEvent {
  const id = typeof json === 'object' && json !== null ? (json as { id?: unknown }).id : undefined;
  return {
    kind: 'rejected',
    code: broken.code,
    message: broken.message,
    id: typeof id === 'string' ? id.slice(0, 256) : null,
  };
}
