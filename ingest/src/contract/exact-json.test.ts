import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExactLiteral, JsonFlaw, parseExactJson } from './exact-json.ts';

function valueOf(text: string): unknown {
  const json = parseExactJson(text);
  return json.kind === 'ok' ? json.value : json;
}

describe('number literals', () => {
  it.each([
    '0',
    '-0',
    '1.0',
    '1e3',
    '5E-1',
    '0.1',
    '-12.50',
    '9007199254740991',
    '1.5e-10',
    '100e-2',
  ])('takes %s, which a double holds exactly', (literal) => {
    expect(valueOf(literal)).toBe(Number(literal));
    expect(valueOf(`{"a":[${literal}]}`)).toEqual({ a: [Number(literal)] });
  });

  it.each([
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890',
    '0.1234567890123456789',
    '1e400',
    '1e-400',
    '1e20',
    '5e-324000000000000000000',
    '0.30000000000000001665',
  ])('marks %s, which a double does not hold', (literal) => {
    const json = valueOf(`{"a":[1,${literal}],"b":"ok"}`) as { a: unknown[]; b: unknown };
    expect(json.a[1]).toBeInstanceOf(JsonFlaw);
    expect((json.a[1] as JsonFlaw).code).toBe('ingest/number-not-exact');
    expect(json.a[0]).toBe(1);
    expect(json.b).toBe('ok');
  });

  it('finds every double exact by its own shortest text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -9e15, max: 9e15 }), (value) => {
        expect(isExactLiteral(JSON.stringify(value))).toBe(true);
      }),
    );
  });

  it('finds a literal exact only if no other digit is lost: what it prints is what was written', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,22}$/);
    fc.assert(
      fc.property(digits, fc.nat(25), (text, decimals) => {
        const padded = text.padStart(decimals + 1, '0');
        const point = padded.length - decimals;
        const literal =
          decimals === 0 ? padded : `${padded.slice(0, point)}.${padded.slice(point)}`;
        // Independent oracle: both sides as integers at one scale.
        const scaled = (decimal: string): bigint => {
          const [whole = '', fraction = ''] = decimal.split('.');
          return BigInt(whole + fraction.padEnd(60, '0'));
        };
        const printed = Number(literal);
        const plain = printed < 1e-6 ? printed.toFixed(60) : String(printed);
        const exact = printed <= Number.MAX_SAFE_INTEGER && scaled(plain) === scaled(literal);
        if (printed >= 1e-6) expect(isExactLiteral(literal)).toBe(exact);
      }),
    );
  });

  it('does not take quadratic time on long literals', () => {
    const zeros = '0'.repeat(1_000_000);
    expect(valueOf(`[1.${zeros}1]`)).toEqual([expect.any(JsonFlaw)]);
    expect(valueOf(`[1.${zeros}]`)).toEqual([1]);
  });
});

describe('duplicate keys', () => {
  it('marks the object that names a key twice, also by another escape', () => {
    const json = valueOf('[{"id":"a","id":"b"},{"id":"c"},{"\\u0069d":1,"id":2}]') as unknown[];
    expect(json[0]).toMatchObject({ code: 'ingest/duplicate-key', value: { id: 'b' } });
    expect(json[1]).toEqual({ id: 'c' });
    expect(json[2]).toMatchObject({ code: 'ingest/duplicate-key' });
  });

  it('keeps the same key in different objects', () => {
    expect(valueOf('{"a":{"a":1},"b":[{"a":2},{"a":":"}]}')).toEqual({
      a: { a: 1 },
      b: [{ a: 2 }, { a: ':' }],
    });
  });

  it('keeps __proto__ as a property of its own, where a rule can refuse it', () => {
    const json = valueOf('{"__proto__":{"x":1e400},"y":1}') as object;
    expect(Object.keys(json)).toEqual(['__proto__', 'y']);
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
  });
});

describe('any JSON', () => {
  it('reads what JSON.parse reads, with and without white space', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        const json = valueOf(text);
        // Numbers above 2^53 become flaws; everything else must be what JSON.parse says.
        if (!/\d{16}|e\+/.test(text)) expect(json).toEqual(JSON.parse(text));
      }),
    );
  });

  it('reads the same by the slow reader', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value, null, 1);
        if (/\d{16}|e\+/.test(text)) return;
        // The duplicate key in front sends the whole document through the slow reader.
        const json = valueOf(`[{"a":1,"a":1}, ${text} ]`) as unknown[];
        expect(json[0]).toBeInstanceOf(JsonFlaw);
        expect(json[1]).toEqual(JSON.parse(text));
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('{}[]":,0123456789.eE+-\\u tfn')) }),
        (text) => {
          expect(['ok', 'rejected']).toContain(parseExactJson(text).kind);
        },
      ),
    );
  });

  it('survives deep nesting and marks it', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const json = valueOf(`{"id":"a","data":${deep},"after":"b"}`) as Record<string, unknown>;
    expect(json['after']).toBe('b');
    expect(JSON.stringify(json['data'])).toContain('ingest/data-too-deep');
  });

  it('refuses what is not JSON', () => {
    for (const text of ['', '{', 'NaN', "{'a':1}", '[1,]', '01']) {
      expect(parseExactJson(text)).toMatchObject({ kind: 'rejected', code: 'ingest/not-json' });
    }
  });
});
