/** Random events for the property tests of the contract and of the packages that read its columns. */
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/contract/canonical-json.ts';
import { parseUsageEvent } from '../../src/contract/parse-usage-event.ts';
import type { AcceptedEvent } from '../../src/contract/usage-event.ts';

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }).filter((each) => each.isWellFormed()),
  fc.constantFrom('', 'image', 'x'.repeat(70), 'ü'.repeat(40), '"\\\u0000\u2028', '😀'),
);
const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
  fc.double({ noNaN: true, min: -9e15, max: 9e15 }),
  fc.integer().map((cents) => cents / 100),
  fc.constantFrom(
    -0,
    5e-324,
    1e-18,
    1e-19,
    0.1,
    123456789.123,
    0.1234567890123456,
    9007199254740991,
  ),
);
const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    number,
    text,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const data: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.oneof(fc.constantFrom('bytes', 'kind', 'status', 'ok'), text),
  value,
  { maxKeys: 6 },
);

const attribute = text.filter((each) => each !== '');

/** Events that `parseUsageEvent` accepts, of few subjects and several tenants. */
const arbitraryEvent: fc.Arbitrary<AcceptedEvent> = fc
  .record({
    tenant: fc.constantFrom('acme', 'globex'),
    id: fc.oneof(
      fc.uuid(),
      fc.uuid(),
      fc.uuid().map((id) => id.toUpperCase()),
      attribute,
    ),
    source: fc.constantFrom('edge-1', 'edge-2'),
    type: fc.constantFrom('web.request', 'seat.level'),
    subject: fc.oneof(fc.constantFrom('c1', 'c2', 'c3'), attribute),
    time: fc.integer({ min: 1_400_000_000_000_000, max: 1_900_000_000_000_000 }),
    data,
  })
  .filter((event) => {
    const json = { ...event, time: '2026-01-01T00:00:00Z' };
    return parseUsageEvent(json, { tenant: event.tenant, acceptance: null }).kind === 'ok';
  });

/** A batch: sometimes only UUIDs as ids, so that both forms of ids occur. */
export const arbitraryEvents: fc.Arbitrary<AcceptedEvent[]> = fc
  .array(arbitraryEvent, { minLength: 1, maxLength: 40 })
  .chain((events) =>
    fc.oneof(
      fc.constant(events),
      fc
        .array(fc.uuid(), { minLength: events.length, maxLength: events.length })
        .map((ids) => events.map((event, index) => ({ ...event, id: ids[index] as string }))),
    ),
  );
