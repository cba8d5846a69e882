/** The content types that the gateway reads: one line here and one file beside it for each format. */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '@tidemark/platform/errors';
import { columnsContentType } from '../../contract/columns-codec.ts';
import type { ReadContext, ReadEvents } from '../read-events.ts';
import { isBinaryCloudEvent, readBinaryCloudEvent } from './cloud-event-binary.ts';
import { readColumnarEvents } from './columnar.ts';
import { cloudEvent, cloudEventBatch, plainJson, readJsonEvents } from './json.ts';
import { readNdjsonEvents } from './ndjson.ts';

export interface EventFormat {
  /** Label of the metrics. */
  readonly name:
    'json' | 'cloudevent' | 'cloudevent-batch' | 'cloudevent-binary' | 'ndjson' | 'columnar';
  /** @throws AppError when the body as a whole cannot be read. */
  read(body: Buffer, headers: IncomingHttpHeaders, context: ReadContext): ReadEvents;
}

const binaryCloudEvent: EventFormat = { name: 'cloudevent-binary', read: readBinaryCloudEvent };

const formats: Readonly<Record<string, EventFormat>> = {
  'application/json': {
    name: 'json',
    read: (body, _headers, context) => readJsonEvents(body, plainJson, context),
  },
  'application/cloudevents+json': {
    name: 'cloudevent',
    read: (body, _headers, context) => readJsonEvents(body, cloudEvent, context),
  },
  'application/cloudevents-batch+json': {
    name: 'cloudevent-batch',
    read: (body, _headers, context) => readJsonEvents(body, cloudEventBatch, context),
  },
  'application/x-ndjson': {
    name: 'ndjson',
    read: (body, _headers, context) => readNdjsonEvents(body, context),
  },
  [columnsContentType]: {
    name: 'columnar',
    read: (body, _headers, context) => readColumnarEvents(body, context),
  },
};

/** The format of a request by its headers, before its body is read. @throws AppError 415. */
export function selectFormat(headers: IncomingHttpHeaders): EventFormat {
  const [mediaType = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const name = mediaType.trim();
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format === undefined || !parameters.every(isUtf8Parameter)) throw unsupportedMediaType();
  return format.name === 'json' && isBinaryCloudEvent(headers) ? binaryCloudEvent : format;
}

/** Any parameter but a charset other than UTF-8 is of no meaning here. */
function isUtf8Parameter(parameter: string): boolean {
  const [name = '', value = ''] = parameter.split('=');
  return name.trim() !== 'charset' || /^"?utf-?8"?$/.test(value.trim());
}

function unsupportedMediaType(): AppError {
  return new AppError(
    'invalid-input',
    'ingest/unsupported-media-type',
    `The content type must be one of ${Object.keys(formats).join(', ')}.`,
    { httpStatus: 415 },
  );
}
