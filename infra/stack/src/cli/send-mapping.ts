/**
 * `tidemark send --map`: where each field of a usage event comes from in a CSV row or an NDJSON object: a column, or a
 * literal after a colon. Example: `id=line,time=time,customer=customer,type=:web.request,data.bytes=bytes`.
 */
import { AppError } from '@tidemark/platform/errors';

type FieldSource =
  | { readonly kind: 'column'; readonly column: string }
  | { readonly kind: 'literal'; readonly text: string };

export interface SendMapping {
  readonly id: FieldSource | null;
  readonly time: FieldSource;
  readonly subject: FieldSource;
  readonly type: FieldSource;
  readonly source: FieldSource | null;
  readonly data: ReadonlyMap<string, FieldSource>;
}

/** The event as it is handed to the SDK. */
export interface MappedEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, string>>;
}

const fieldNames = new Set(['id', 'time', 'subject', 'customer', 'type', 'source']);

/** Reads the text of `--map`; throws `stack/invalid-map` with what is wrong. */
export function parseSendMapping(text: string): SendMapping {
  const fields = new Map<string, FieldSource>();
  const data = new Map<string, FieldSource>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    const field = part.slice(0, equals).trim();
    const from = part.slice(equals + 1).trim();
    if (equals < 1 || from === '') {
      throw invalidMap(`"${part}" is not of the form field=column or field=:literal.`);
    }
    const source: FieldSource = from.startsWith(':')
      ? { kind: 'literal', text: from.slice(1) }
      : { kind: 'column', column: from };
    const target = field.startsWith('data.') ? data : fields;
    const name = field.startsWith('data.') ? field.slice('data.'.length) : field;
    if (target === fields && !fieldNames.has(name)) {
      throw invalidMap(
        `"${name}" is no field of an event; known: id, source, type, customer (or subject), time, data.<property>.`,
      );
    }
    if (target.has(name)) throw invalidMap(`"${field}" is named twice.`);
    target.set(name, source);
  }
  const subject = fields.get('customer') ?? fields.get('subject');
  const time = fields.get('time');
  const type = fields.get('type');
  if (subject === undefined) throw invalidMap('customer=... is missing.');
  if (time === undefined) throw invalidMap('time=... is missing.');
  if (type === undefined) throw invalidMap('type=... is missing (a literal is type=:name).');
  if (fields.has('customer') && fields.has('subject')) {
    throw invalidMap('customer and subject are the same field; name one.');
  }
  return {
    id: fields.get('id') ?? null,
    source: fields.get('source') ?? null,
    time,
    subject,
    type,
    data,
  };
}

export interface MappedRow {
  readonly row: Readonly<Record<string, string>>;
  /** Line of the file, from 1; the id where none is mapped, so that sending a file again sends the same ids. */
  readonly line: number;
  readonly fileName: string;
}

/** Builds the event of one row; an empty cell leaves a property out. Throws `stack/unknown-column`. */
export function mapRow(mapping: SendMapping, { row, line, fileName }: MappedRow): MappedEvent {
  const read = (source: FieldSource): string => {
    if (source.kind === 'literal') return source.text;
    const value = row[source.column];
    if (value === undefined) {
      throw new AppError(
        'invalid-input',
        'stack/unknown-column',
        `The file has no column "${source.column}"; it has: ${Object.keys(row).join(', ')}.`,
      );
    }
    return value;
  };
  const data: Record<string, string> = {};
  for (const [property, source] of mapping.data) {
    const value = read(source);
    if (value !== '') data[property] = value;
  }
  return {
    id: mapping.id === null ? `line-${line}` : read(mapping.id),
    source: mapping.source === null ? fileName : read(mapping.source),
    type: read(mapping.type),
    subject: read(mapping.subject),
    time: lenientTime(read(mapping.time)),
    data,
  };
}

/** Here alone a time may have a space for `T` and no zone (then UTC). */
export function lenientTime(text: string): string {
  const withT = text.trim().replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T');
  return /([Zz]|[+-]\d{2}:\d{2})$/.test(withT) ? withT : `${withT}Z`;
}

function invalidMap(message: string): AppError {
  return new AppError('invalid-input', 'stack/invalid-map', `--map: ${message}`);
}
