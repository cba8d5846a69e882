/**
 * CloudEvents in HTTP's binary mode: the attributes are headers, the body is `data`. One event a request. Source:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode
 */
import type { IncomingHttpHeaders } from 'node:http';
import { parseBody } from './json.ts';
import { EventJudge } from './judge-events.ts';
import type { ReadContext, ReadEvents } from '../read-events.ts';

const attributes = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const;

export function isBinaryCloudEvent(headers: IncomingHttpHeaders): boolean {
  return headers['ce-specversion'] !== undefined;
}

/** @throws AppError `ingest/unreadable-body` (400). */
export function readBinaryCloudEvent(
  body: Buffer,
  headers: IncomingHttpHeaders,
  context: ReadContext,
): ReadEvents {
  const event: Record<string, unknown> = { data: parseBody(body) };
  const judge = new EventJudge(context, { specversionRequired: true });
  for (const name of attributes) {
    const header = headers[`ce-${name}`];
    if (header === undefined) continue;
    const value = decodeHeader(String(header));
    if (value === undefined) {
      const message = `The header ce-${name} is not percent-encoded UTF-8.`;
      judge.reject({ id: null, code: 'ingest/invalid-field', message });
      return judge.results();
    }
    event[name] = value;
  }
  judge.judge(event);
  return judge.results();
}

/** Section 3.1.3.2 of the binding: header values are percent-encoded UTF-8. */
function decodeHeader(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
