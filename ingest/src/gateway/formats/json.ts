/**
 * JSON bodies: `application/json` (one event or an array), `application/cloudevents+json` (one event) and
 * `application/cloudevents-batch+json` (an array). One flawed event is one rejection; only a text that is no JSON, or not
 * of the shape that its content type names, makes the whole body unreadable.
 */
import { parseExactJson } from '../../contract/exact-json.ts';
import { batchLimits } from '../../contract/limits.ts';
import { tooManyEvents, unreadableBody } from '../read-events.ts';
import type { ReadContext, ReadEvents } from '../read-events.ts';
import { EventJudge } from './judge-events.ts';
import { readPlainEvents } from './plain.ts';

export interface JsonShape {
  readonly text: 'one' | 'many' | 'one-or-many';
  /** CloudEvents content types require it; plain JSON may leave it out. */
  readonly specversionRequired: boolean;
}

export const plainJson: JsonShape = { text: 'one-or-many', specversionRequired: false };
export const cloudEvent: JsonShape = { text: 'one', specversionRequired: true };
export const cloudEventBatch: JsonShape = { text: 'many', specversionRequired: true };

/** @throws AppError `ingest/unreadable-body` (400) or `ingest/too-many-events` (413). */
export function readJsonEvents(body: Buffer, shape: JsonShape, context: ReadContext): ReadEvents {
  return readPlainEvents(body, shape, context) ?? readExactly(body, shape, context);
}

function readExactly(body: Buffer, shape: JsonShape, context: ReadContext): ReadEvents {
  const json = parseBody(body);
  const judge = new EventJudge(context, shape);
  if (Array.isArray(json)) {
    if (shape.text === 'one')
      throw unreadableBody('This content type takes one event, not an array.');
    if (json.length > batchLimits.requestEventsMax) {
      throw tooManyEvents(batchLimits.requestEventsMax);
    }
    for (const event of json as readonly unknown[]) judge.judge(event);
    return judge.results();
  }
  if (shape.text === 'many') throw unreadableBody('This content type takes an array of events.');
  if (typeof json !== 'object' || json === null) {
    throw unreadableBody('The body is JSON, but neither an event nor an array of events.');
  }
  judge.judge(json);
  return judge.results();
}

/** A parsed body in which a `JsonFlaw` stands for what JSON text would have lost silently. */
export function parseBody(body: Buffer): object | string | number | boolean | null {
  const json = parseExactJson(decodeUtf8(body));
  if (json.kind === 'rejected') throw unreadableBody('The body is not JSON.');
  return json.value as ReturnType<typeof parseBody>;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws AppError `ingest/unreadable-body`: replacing what is no UTF-8 would change ids and values silently. */
function decodeUtf8(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw unreadableBody('The body is not UTF-8.', cause);
  }
}
