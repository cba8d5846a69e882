/** One event gets one verdict, whatever format it comes in: columns and JSON are judged by different code. */
import { formatInstant, parseInstant } from '@tidemark/platform/clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StaticEventRules } from '../../../test/fakes/static-event-rules.ts';
import { columnsEvent } from '../../contract/canonical-data.ts';
import type { JsonValue } from '../../contract/canonical-json.ts';
import { ColumnsBuilder } from '../../contract/columns-builder.ts';
import { encodeClientColumns } from '../../contract/columns-codec.ts';
import type { AcceptedEvent } from '../../contract/usage-event.ts';
import type { ReadContext, ReadEvents } from '../read-events.ts';
import { readColumnarEvents } from './columnar.ts';
import { plainJson, readJsonEvents } from './json.ts';
import { readNdjsonEvents } from './ndjson.ts';

const now = parseInstant('2026-01-31T12:00:00Z') ?? 0;
const day = 86_400_000_000;

const value = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }),
  fc.constantFrom<JsonValue>(1e-7, 1e-18, 1.5e-18, 0.01, 123456.789, 5e-324),
  fc.constantFrom<JsonValue>('1', '-0.5', '1e3', 'NaN', '', ' 1', '1.', '0.1234567890123456789'),
  fc.string(),
  fc.boolean(),
  fc.constantFrom<JsonValue>(null, [], { bytes: 1 }),
);

const operation = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<JsonValue>('add', 'remove', null) },
  value,
);

const event = fc.record({
  tenant: fc.constant('acme'),
  id: fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 20 })),
  source: fc.constantFrom('edge-1', 'edge-2'),
  type: fc.constantFrom('web.request', 'other'),
  subject: fc.constantFrom('a', 'b', 'c'),
  time: fc.integer({ min: now - 40 * day, max: now + day }),
  data: fc.record(
    { bytes: value, seconds: value, kind: value, operation },
    { requiredKeys: [], noNullPrototype: true },
  ),
});

interface Verdicts {
  /** With two values that are no numbers, the message names either. */
  readonly rejected: readonly { index: number; id: string | null; code: string }[];
  readonly accepted: readonly AcceptedEvent[];
}

function verdicts(read: ReadEvents): Verdicts {
  return {
    rejected: read.rejected.map(({ index, id, code }) => ({ index, id, code })),
    accepted: acceptedOf(read),
  };
}

function acceptedOf(read: ReadEvents): readonly AcceptedEvent[] {
  if (read.kind === 'events') return read.accepted;
  if (read.kind === 'columns') {
    return [...read.accepted].map((row) => columnsEvent(read.columns, row));
  }
  const builder = new ColumnsBuilder();
  for (let index = 0; index < read.accepted.length; index++) builder.addPlain(read.accepted, index);
  const columns = builder.build();
  return Array.from({ length: columns.count }, (_, row) => columnsEvent(columns, row));
}

describe('the formats', () => {
  it.each([false, true])('give the same verdicts (backfill %j)', (backfill) => {
    const context: ReadContext = { tenant: 'acme', backfill, now, rules: new StaticEventRules() };
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 20 }), (events) => {
        const builder = new ColumnsBuilder();
        for (const each of events) builder.add(each);
        const columns = Buffer.from(encodeClientColumns(builder.build()));
        const texts = events.map((each) =>
          JSON.stringify({ ...each, tenant: undefined, time: formatInstant(each.time) }),
        );
        const json = verdicts(readJsonEvents(Buffer.from(`[${texts.join()}]`), plainJson, context));
        const lines = verdicts(readNdjsonEvents(Buffer.from(texts.join('\n')), context));
        expect(verdicts(readColumnarEvents(columns, context))).toEqual(json);
        expect(lines).toEqual(json);
      }),
      { numRuns: 300 },
    );
  });
});
