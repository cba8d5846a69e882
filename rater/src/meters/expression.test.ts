import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lawRuns } from '../../test/laws/law-runs.ts';
import { formatFraction, parseFraction, Rational } from '../money/index.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { expressionLengthMax, parseExpression, type PropertyValue } from './expression.ts';

function evaluate(text: string, data: Record<string, string> = {}): string | undefined {
  const value = parseExpression(text, 'property').evaluate((name): PropertyValue => {
    if (!Object.hasOwn(data, name)) return undefined;
    return parseFraction(data[name] ?? '') ?? 'not-a-number';
  });
  return value instanceof Rational ? formatFraction(value) : value;
}

function codeOf(text: string): string | undefined {
  try {
    parseExpression(text, 'property');
    return undefined;
  } catch (error) {
    return error instanceof PricingError ? error.code : 'another error';
  }
}

describe('an expression', () => {
  it.each([
    ['tokens_in + 4 * tokens_out', '14'],
    ['(tokens_in + 4) * tokens_out', '20'],
    ['tokens_in - tokens_out - 1', '3'],
    ['-tokens_in + 10', '4'],
    ['- - tokens_in', '6'],
    ['2 * -tokens_out', '-4'],
    ['tokens_in / 4 / 3', '0.5'],
    ['tokens_in / 7', '6/7'],
    ['tokens_in / (1 + 3)', '1.5'],
    ['1.25', '1.25'],
    ['  tokens_in  ', '6'],
    ['tokens_in*tokens_in', '36'],
    ['0.1 + 0.2', '0.3'],
    ['1 - 2 * 3 + 4', '-1'],
    ['2 * 3 / 4', '1.5'],
    ['tokens_in   ', '6'],
    ['   tokens_in', '6'],
    ['a1 + 1', '9'],
  ])('%s is %s', (text, value) => {
    expect(evaluate(text, { tokens_in: '6', tokens_out: '2', a1: '8' })).toBe(value);
  });

  it('is absent with any property absent, and no number with any that is none', () => {
    expect(evaluate('a + b', { a: '1' })).toBeUndefined();
    expect(evaluate('a + b', { a: '1', b: 'x' })).toBe('not-a-number');
    expect(evaluate('a + b', { b: 'x' })).toBe('not-a-number');
    expect(evaluate('b + a', { b: 'x' })).toBe('not-a-number');
  });

  it('lists the properties it reads, each once', () => {
    expect(parseExpression('b + a * b', '').properties).toEqual(['b', 'a']);
  });

  it.each([
    '',
    ' ',
    '+',
    '1 +',
    '* 2',
    '(1',
    '1)',
    '()',
    '1 2',
    'a b',
    '1 + + 2',
    'a.b',
    'a[0]',
    'a(1)',
    '1e3',
    '.5',
    '5.',
    'a ? b : c',
    'a % b',
    'a ** b',
    '"a"',
    "a['b']",
    'a;b',
    'a / b',
    'a / (b - b)',
    'a / 0',
    'a / (1 - 1)',
    '{}',
    '1 /',
    '9'.repeat(21),
    `0.${'1'.repeat(19)}`,
    'ä',
  ])('is not valid as %j', (text) => {
    expect(codeOf(text)).toBe('rater/expression-not-valid');
  });

  it.each(['__proto__', 'a + constructor', '2 * (prototype)'])('does not read %s', (text) => {
    expect(codeOf(text)).toBe('rater/forbidden-property');
  });

  it('is limited in length and depth', () => {
    const long = (length: number): string => 'a'.padEnd(length, '+a').slice(0, length);
    expect(codeOf(long(expressionLengthMax - 1))).toBeUndefined();
    expect(codeOf(long(expressionLengthMax - 1).padEnd(expressionLengthMax))).toBeUndefined();
    expect(codeOf(`${long(expressionLengthMax - 1)}+a`)).toBe('rater/expression-too-long');
    const deep = (depth: number): string => `${'('.repeat(depth)}a${')'.repeat(depth)}`;
    expect(codeOf(deep(31))).toBeUndefined();
    expect(codeOf(deep(32))).toBe('rater/expression-too-long');
    expect(codeOf(`${'-'.repeat(40)}a`)).toBe('rater/expression-too-long');
    expect(codeOf(`${'(a)+'.repeat(100)}a`)).toBeUndefined();
  });

  it('is limited in what makes its numbers long', () => {
    const all = (count: number, term: (index: number) => string, sign: string): string =>
      Array.from({ length: count }, (_, index) => term(index)).join(sign);
    expect(codeOf(all(8, (index) => `p${index}`, ' * '))).toBeUndefined();
    expect(codeOf(all(9, (index) => `p${index}`, ' * '))).toBe('rater/expression-too-long');
    expect(codeOf('(a * b + c) * (d * e) * (f - g * h) * (2 * i)')).toBeUndefined();
    expect(codeOf('(a * b + c) * (d * e) * (f - g * h) * (2 * i * j)')).toBeUndefined();
    expect(codeOf('(a * b + c) * (d * e) * (f - g * h) * (i * j * k)')).toBe(
      'rater/expression-too-long',
    );
    expect(codeOf(all(8, (index) => `a / ${3 + index * 11}`, ' + '))).toBeUndefined();
    expect(codeOf(all(9, (index) => `a / ${3 + index * 11}`, ' + '))).toBe(
      'rater/expression-too-long',
    );
    expect(codeOf(all(50, () => 'a / 3', ' + '))).toBeUndefined();
    expect(codeOf(all(30, (index) => `a / 1${'0'.repeat(index % 9)}`, ' + '))).toBeUndefined();
  });

  it('computes as written, whatever the numbers', () => {
    const number = fc
      .tuple(fc.integer({ min: -999, max: 999 }), fc.nat({ max: 99 }))
      .map(([a, b]) => `${a}.${b}`);
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        const [x, y, z] = [a, b, c].map((text) => parseFraction(text) ?? Rational.zero) as [
          Rational,
          Rational,
          Rational,
        ];
        const expected = x
          .times(y)
          .minus(z.dividedBy(Rational.of(3n)))
          .plus(x);
        expect(evaluate('a * b - c / 3 + a', { a, b, c })).toBe(formatFraction(expected));
      }),
      lawRuns,
    );
  });
});
