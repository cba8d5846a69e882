import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultAcceptanceWindow } from './acceptance-window.ts';
import { canonicalJson } from './canonical-json.ts';
import { eventBytes } from './event-rules.ts';
import { parseUsageEvent, parseUsageEventText } from './parse-usage-event.ts';
import { usageEventSchema } from './usage-event.ts';

const noWindow = { tenant: 'acme', acceptance: null };
const valid = {
  id: 'r-1',
  source: 'edge-7',
  type: 'web.request',
  subject: 'acme',
  time: '2015-05-17T10:05:03Z',
  data: { bytes: 203023, kind: 'image' },
};

function codeOf(json: unknown, context = noWindow): string {
  const parsed = parseUsageEvent(json, context);
  return parsed.kind === 'ok' ? 'ok' : parsed.code;
}

function nested(levels: number): unknown {
  return levels === 1 ? {} : { a: nested(levels - 1) };
}

const withFields = (fields: object) => ({ ...valid, ...fields });
const withData = (data: unknown) => ({ ...valid, data });

describe('parseUsageEvent', () => {
  it('takes the event of the API reference', () => {
    expect(parseUsageEventText(JSON.stringify(valid), noWindow)).toEqual({
      kind: 'ok',
      event: { ...valid, tenant: 'acme', time: 1_431_857_103_000_000 },
    });
  });

  it('takes an event without data as one without properties, and ignores other attributes', () => {
    const bare = { ...valid, data: undefined };
    const parsed = parseUsageEvent({ ...bare, traceparent: '00-1', specversion: '1.0' }, noWindow);
    expect(parsed).toMatchObject({ kind: 'ok', event: { data: {} } });
    expect(parsed).not.toHaveProperty('event.traceparent');
  });

  it.each<[string, unknown, string]>([
    ['a list', [], 'ingest/not-an-object'],
    ['null', null, 'ingest/not-an-object'],
    ['no id', withFields({ id: undefined }), 'ingest/missing-field'],
    ['an empty source', withFields({ source: '' }), 'ingest/missing-field'],
    ['a number as subject', withFields({ subject: 7 }), 'ingest/invalid-field'],
    ['a lone surrogate', withFields({ type: 'a\ud800' }), 'ingest/invalid-field'],
    ['256 bytes', withFields({ id: 'x'.repeat(256) }), 'ok'],
    ['257 bytes', withFields({ id: 'x'.repeat(257) }), 'ingest/field-too-long'],
    ['129 characters of two bytes', withFields({ id: 'ü'.repeat(129) }), 'ingest/field-too-long'],
    ['64 characters of four bytes', withFields({ id: '😀'.repeat(64) }), 'ok'],
    ['no time', withFields({ time: null }), 'ingest/missing-field'],
    ['a time without zone', withFields({ time: '2015-05-17T10:05:03' }), 'ingest/invalid-time'],
    ['a leap second', withFields({ time: '2015-06-30T23:59:60Z' }), 'ingest/invalid-time'],
    ['seven decimals', withFields({ time: '2015-05-17T10:05:03.1234567Z' }), 'ingest/invalid-time'],
    ['trailing zeros', withFields({ time: '2015-05-17T10:05:03.1234560000Z' }), 'ok'],
    ['an offset', withFields({ time: '2015-05-17T10:05:03+02:00' }), 'ok'],
    ['30 February', withFields({ time: '2015-02-30T00:00:00Z' }), 'ingest/invalid-time'],
    ['a number as time', withFields({ time: 1_431_857_103 }), 'ingest/invalid-time'],
    [
      'an endless time',
      withFields({ time: `2015-05-17T10:05:03.${'0'.repeat(9e5)}1Z` }),
      'ingest/invalid-time',
    ],
    ['another specversion', withFields({ specversion: '0.3' }), 'ingest/unsupported-specversion'],
    ['XML', withFields({ datacontenttype: 'text/xml' }), 'ingest/unsupported-data'],
    ['JSON with charset', withFields({ datacontenttype: 'application/json; charset=utf-8' }), 'ok'],
    ['binary data', withFields({ data_base64: 'AA==' }), 'ingest/unsupported-data'],
    ['data as a list', withData([1]), 'ingest/invalid-data'],
    ['data as text', withData('x'), 'ingest/invalid-data'],
    ['__proto__', withData(JSON.parse('{"__proto__":1}')), 'ingest/forbidden-key'],
    ['constructor inside', withData({ a: [{ constructor: 1 }] }), 'ingest/forbidden-key'],
    ['a function', withData({ a: () => 1 }), 'ingest/invalid-data'],
    ['undefined', withData({ a: undefined }), 'ingest/invalid-data'],
    ['a date', withData({ a: new Date(0) }), 'ingest/invalid-data'],
    ['a hole', withData({ a: [1, , 2] }), 'ingest/invalid-data'],
    ['NaN', withData({ a: Number.NaN }), 'ingest/number-not-exact'],
    ['infinity', withData({ a: [Infinity] }), 'ingest/number-not-exact'],
    ['2^53', withData({ a: 2 ** 53 }), 'ingest/number-not-exact'],
    ['16 levels', withData(nested(16)), 'ok'],
    ['17 levels', withData(nested(17)), 'ingest/data-too-deep'],
    ['a long name', withData({ ['n'.repeat(257)]: 1 }), 'ingest/property-name-too-long'],
    ['a surrogate in a string', withData({ a: '\udc00' }), 'ingest/invalid-data'],
    ['a surrogate in a name', withData({ '\udc00': 1 }), 'ingest/invalid-data'],
    [
      '257 properties',
      withData(Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`p${index}`, 1]))),
      'ingest/too-many-properties',
    ],
    ['a long text', withData({ a: 'x'.repeat(260_000) }), 'ok'],
    ['too long a text', withData({ a: 'x'.repeat(262_144) }), 'ingest/event-too-large'],
    [
      'a text long by its escapes',
      withData({ a: '\u0001'.repeat(50_000) }),
      'ingest/event-too-large',
    ],
  ])('judges %s', (_, json, code) => {
    expect(codeOf(json)).toBe(code);
  });

  it('requires specversion where the content type does', () => {
    const context = { ...noWindow, specversionRequired: true };
    expect(codeOf(valid, context)).toBe('ingest/unsupported-specversion');
    expect(codeOf(withFields({ specversion: '1.0' }), context)).toBe('ok');
  });

  it('names the flaws of the text: lost digits and duplicate keys', () => {
    const text = (data: string) => JSON.stringify(valid).replace(/"data":.*/, `"data":${data}}`);
    const code = (json: string) => {
      const parsed = parseUsageEventText(json, noWindow);
      return parsed.kind === 'ok' ? 'ok' : [parsed.code, parsed.id];
    };
    expect(code(text('{"v":9007199254740993}'))).toEqual(['ingest/number-not-exact', 'r-1']);
    expect(code(text('{"v":[{"w":1e400}]}'))).toEqual(['ingest/number-not-exact', 'r-1']);
    expect(code(text('{"v":1,"v":1}'))).toEqual(['ingest/duplicate-key', 'r-1']);
    expect(code('{"id":"a","id":"r-1"}')).toEqual(['ingest/duplicate-key', 'r-1']);
    expect(code('{"id":')).toEqual(['ingest/not-json', null]);
    expect(code(text('{"v":1.0,"w":1e3,"x":5E-1,"y":-0}'))).toBe('ok');
  });

  it('applies the window at both inclusive ends', () => {
    const time = 1_431_857_103_000_000;
    const at = (now: number) =>
      codeOf(valid, {
        tenant: 'acme',
        acceptance: { window: defaultAcceptanceWindow, at: now },
      } as unknown as typeof noWindow);
    expect(at(time + defaultAcceptanceWindow.past)).toBe('ok');
    expect(at(time + defaultAcceptanceWindow.past + 1)).toBe('ingest/event-too-old');
    expect(at(time - defaultAcceptanceWindow.future)).toBe('ok');
    expect(at(time - defaultAcceptanceWindow.future - 1)).toBe('ingest/event-too-new');
  });
});

describe('laws', () => {
  const attribute = fc.oneof(
    { weight: 8, arbitrary: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }) },
    fc.string({ minLength: 0, maxLength: 5, unit: 'binary' }),
    fc.constantFrom('x'.repeat(256), 'ü'.repeat(128), 'ü'.repeat(129), '\ud800', ''),
    fc.constant(7),
  );
  const eventLike = fc.record(
    {
      id: attribute,
      source: fc.constant('edge'),
      type: fc.constant('t'),
      subject: attribute,
      time: fc.constantFrom('2015-05-17T10:05:03Z', '2015-05-17', '2015-05-17T10:05:03.5+01:00'),
      data: fc.oneof(
        { weight: 4, arbitrary: fc.dictionary(fc.string(), fc.jsonValue()) },
        fc.object({ maxDepth: 3 }),
        fc.constant(null),
        fc.jsonValue(),
      ),
      specversion: fc.constantFrom('1.0', '1.0', '1.0', '0.3'),
      datacontenttype: fc.constantFrom(
        'application/json',
        'application/cloudevents+json',
        'text/a',
      ),
    },
    { requiredKeys: ['id', 'source', 'type', 'subject', 'time'] },
  );

  it('the zod schema accepts exactly what the parser accepts', () => {
    let accepted = 0;
    fc.assert(
      fc.property(eventLike, (json) => {
        const ok = parseUsageEvent(json, noWindow).kind === 'ok';
        if (ok) accepted++;
        expect(usageEventSchema.safeParse(json).success).toBe(ok);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('parsing is stable: an accepted event in canonical JSON is accepted as the same event', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue()), (data) => {
        const first = parseUsageEvent(withData(data), noWindow);
        if (first.kind === 'rejected') return;
        const text = canonicalJson({ ...valid, data: first.event.data });
        const second = parseUsageEventText(text, noWindow);
        expect(second.kind).toBe('ok');
        if (second.kind === 'ok') {
          expect(canonicalJson(second.event.data)).toBe(canonicalJson(first.event.data));
          expect(eventBytes(second.event)).toBe(eventBytes(first.event));
        }
      }),
    );
  });
});
