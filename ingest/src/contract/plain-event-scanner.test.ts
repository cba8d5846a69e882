import { formatInstant } from '@tidemark/platform/clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryEvents } from '../../test/contract/arbitrary-events.ts';
import { columnsEvent } from './canonical-data.ts';
import { ColumnsBuilder } from './columns-builder.ts';
import { parseUsageEventText } from './parse-usage-event.ts';
import { PlainEventScanner } from './plain-event-scanner.ts';
import type { PlainShape } from './plain-event-scanner.ts';
import type { AcceptedEvent } from './usage-event.ts';

const seed = Number(process.env['FAST_CHECK_SEED'] ?? 20_150_517);
const scanner = new PlainEventScanner();
const one: PlainShape = { text: 'one', specversionRequired: false };
const many: PlainShape = { text: 'one-or-many', specversionRequired: false };
const lines: PlainShape = { text: 'lines', specversionRequired: false };

/** What the scanner makes of a text, by way of the columns that it is for; undefined where it gives up. */
function scan(text: string, shape: PlainShape = one): AcceptedEvent[] | undefined {
  const events = scanner.scan(Buffer.from(text), 'acme', shape);
  if (events === undefined) return undefined;
  const builder = new ColumnsBuilder();
  for (let index = 0; index < events.length; index++) builder.addPlain(events, index);
  const columns = builder.build();
  return Array.from({ length: columns.count }, (_, row) => columnsEvent(columns, row));
}

/** The exact reader's event in the same form; undefined where it rejects. */
function exact(text: string): AcceptedEvent | undefined {
  const parsed = parseUsageEventText(text, { tenant: 'acme', acceptance: null });
  if (parsed.kind === 'rejected') return undefined;
  const builder = new ColumnsBuilder();
  builder.add(parsed.event);
  return columnsEvent(builder.build(), 0);
}

const usual = {
  id: '2f1e6f0a-9c3b-4d55-8a6e-0123456789ab',
  source: 'edge-7',
  type: 'web.request',
  subject: 'acme-1',
  time: '2026-05-17T10:05:03.5Z',
};
const withData = (data: string) => `${JSON.stringify(usual).slice(0, -1)},"data":${data}}`;

/** Pieces of JSON that meet in texts which are nearly usual: valid or not, the exact reader says. */
const piece = fc.constantFrom(
  ...['{', '}', '[', ']', ',', ':', '"', '\\', ' ', '\n', '\t', '-', '.', 'e', '0', '1', '00'],
  ...[
    '1.50',
    '-0',
    '0.1',
    '12345678901234567',
    '0.1234567890123456',
    'true',
    'false',
    'null',
    'tru',
  ],
  ...[
    '"a":1',
    '"a":"x"',
    '"id":"1"',
    '"data":{}',
    '"ü"',
    '"\\u0041"',
    '"__proto__":1',
    '\u0000',
    '\u007f',
  ],
);
const edit = fc.record({
  at: fc.nat(400),
  drop: fc.nat(6),
  insert: fc.array(piece, { maxLength: 3 }),
});

describe('PlainEventScanner', () => {
  it('reads the usual event', () => {
    const text = withData('{"bytes":203023,"gb":-1.250,"kind":"image","ok":true,"big":"123.45"}');
    expect(scan(text)).toEqual([exact(text)]);
    expect(scan(` [ ${text} ,\n${text}]\r\n`, many)).toEqual([exact(text), exact(text)]);
    expect(scan(`${text}\r\n\n ${text}\n`, lines)).toEqual([exact(text), exact(text)]);
  });

  it.each([
    ['an escape', withData('{"a":"\\u0041"}')],
    ['text beyond ASCII', withData('{"a":"ü"}')],
    ['nested data', withData('{"a":{"b":1}}')],
    ['null', withData('{"a":null}')],
    ['an exponent', withData('{"a":1e3}')],
    ['sixteen digits', withData('{"a":1234567890123456}')],
    ['a property twice', withData('{"a":1,"a":1}')],
    ['a forbidden name', withData('{"__proto__":1}')],
    ['an attribute twice', withData('{},"id":"x"')],
    ['an unknown attribute', withData('{},"partitionkey":"x"')],
    ['a missing attribute', '{"id":"1","source":"s","type":"t","subject":"c"}'],
    ['another zone', withData('{}').replace('03.5Z', '03+02:00')],
    ['a day that does not exist', withData('{}').replace('05-17', '02-30')],
    ['something behind the end', `${withData('{}')}}`],
    ['a number with a leading zero', withData('{"a":01}')],
    ['a point without decimals', withData('{"a":1.}')],
    ['a bare minus', withData('{"a":-}')],
    ['an event as large as an event may be', withData(`{"a":"${'x'.repeat(200_000)}"}`)],
    ['nothing', ''],
    ['an empty array', '[]'],
  ])('leaves %s to the exact reader', (_what, text) => {
    expect(scan(text, many)).toBeUndefined();
  });

  it('takes the number of events and the form of the text that the content type allows', () => {
    const text = withData('{}');
    expect(scan(`[${text}]`, one)).toBeUndefined();
    expect(scan(text, { text: 'many', specversionRequired: false })).toBeUndefined();
    expect(scan(`${text}\n${text}`, many)).toBeUndefined();
    expect(scan(`[${new Array(10_001).fill(text).join()}]`, many)).toBeUndefined();
    expect(scan(text, { text: 'one', specversionRequired: true })).toBeUndefined();
    const versioned = text.replace(
      '{',
      '{"specversion":"1.0","datacontenttype":"application/json",',
    );
    expect(scan(versioned, { text: 'one', specversionRequired: true })).toEqual([exact(text)]);
    expect(scan(versioned.replace('1.0', '0.3'))).toBeUndefined();
  });

  it('forgets a body that it gave up on', () => {
    expect(scan(`[${withData('{"a":1,"b":2}')},{]`, many)).toBeUndefined();
    expect(scan(withData('{"c":3}'))).toEqual([exact(withData('{"c":3}'))]);
  });

  it('reads what the exact reader reads, or nothing: events of every kind', () => {
    let read = 0;
    fc.assert(
      fc.property(arbitraryEvents, fc.boolean(), (events, pretty) => {
        const texts = events.map(({ time, ...event }) =>
          JSON.stringify(
            { ...event, tenant: undefined, time: formatInstant(time) },
            null,
            pretty ? 1 : 0,
          ),
        );
        for (const text of texts) {
          const scanned = scan(text);
          if (scanned === undefined) continue;
          read += 1;
          expect(scanned).toEqual([exact(text)]);
        }
        const scanned = scan(`[${texts.join()}]`, many);
        if (scanned !== undefined) expect(scanned).toEqual(texts.map(exact));
      }),
      { numRuns: 300, seed },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('reads what the exact reader reads, or nothing: usual texts with something changed', () => {
    const base = withData('{"bytes":203023,"gb":-1.250,"kind":"image","ok":true}');
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = base;
        for (const { at, drop, insert } of edits) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + insert.join('') + text.slice(from + drop);
        }
        const scanned = scan(text);
        if (scanned !== undefined) expect(scanned).toEqual([exact(text)]);
      }),
      { numRuns: 5000, seed },
    );
  });
});
