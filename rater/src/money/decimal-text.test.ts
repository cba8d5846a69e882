import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lawRuns } from '../../test/laws/law-runs.ts';
import {
  formatExactAmount,
  formatFixed,
  formatQuantity,
  formatRational,
  formatRounded,
  formatShortest,
  parseDecimal,
  parseExactAmount,
  parseQuantity,
  parseUnitPrice,
} from './decimal-text.ts';
import { formatFraction, parseFraction } from './fraction-text.ts';
import { Rational } from './rational.ts';
import { exactAmountOf, multiply, quantityOf } from './scaled.ts';

const twentyNines = '9'.repeat(20);

describe('parseDecimal', () => {
  it.each([
    ['0', 0n, 1n],
    ['-0', 0n, 1n],
    ['007', 7n, 1n],
    ['12.50', 1250n, 100n],
    ['-0.000000000000000001', -1n, 10n ** 18n],
    [twentyNines, 10n ** 20n - 1n, 1n],
  ])('reads %s', (text, numerator, denominator) => {
    const parsed = parseDecimal(text);
    expect(parsed.kind === 'ok' && parsed.value.equals(Rational.of(numerator, denominator))).toBe(
      true,
    );
  });

  it.each([
    '',
    '-',
    '.5',
    '5.',
    '+1',
    '1e3',
    ' 1',
    '1 ',
    '1,5',
    '0x1',
    'NaN',
    '--1',
    '1.2.3',
    '٣',
    '1\n',
  ])('refuses %j', (text) => {
    expect(parseDecimal(text)).toEqual({ kind: 'not-a-decimal' });
  });

  it('counts digits and decimals, trailing zeros too', () => {
    expect(parseDecimal(`1${twentyNines}`).kind).toBe('too-many-digits');
    expect(parseDecimal(`0.${'0'.repeat(18)}`).kind).toBe('ok');
    expect(parseDecimal(`0.${'0'.repeat(19)}`).kind).toBe('too-many-decimals');
    expect(parseDecimal(`0.${'1'.repeat(36)}`, 36).kind).toBe('ok');
    expect(parseDecimal(`0.${'1'.repeat(37)}`, 36).kind).toBe('too-many-decimals');
  });
});

describe('scaled numbers', () => {
  it('read at their scale, and not what does not fit', () => {
    expect(parseQuantity('1.5')).toBe(15n * 10n ** 17n);
    expect(parseQuantity(`-${twentyNines}.${'9'.repeat(18)}`)).toBe(-(10n ** 38n - 1n));
    expect(parseQuantity(`1${twentyNines}`)).toBeUndefined();
    expect(parseQuantity(`0.${'1'.repeat(19)}`)).toBeUndefined();
    expect(parseQuantity('1e3')).toBeUndefined();
    expect(parseUnitPrice('0.03')).toBe(3n * 10n ** 16n);
    expect(parseUnitPrice('x')).toBeUndefined();
    expect(parseExactAmount(`0.${'0'.repeat(35)}1`)).toBe(1n);
    expect(parseExactAmount('9'.repeat(40))).toBe((10n ** 40n - 1n) * 10n ** 36n);
    expect(parseExactAmount('9'.repeat(41))).toBeUndefined();
  });

  it('multiply without a loss', () => {
    const quantity = parseQuantity('0.000000000000000001');
    const price = parseUnitPrice('0.000000000000000003');
    expect(quantity !== undefined && price !== undefined && multiply(quantity, price)).toBe(3n);
  });

  it('print and read back to the same number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n - 1n), max: 10n ** 38n - 1n }), (scaled) => {
        expect(parseQuantity(formatQuantity(quantityOf(scaled)))).toBe(scaled);
        expect(parseExactAmount(formatExactAmount(exactAmountOf(scaled)))).toBe(scaled);
      }),
      lawRuns,
    );
  });
});

describe('printing', () => {
  it('keeps or drops trailing zeros', () => {
    expect(formatFixed(1400n, 2)).toBe('14.00');
    expect(formatFixed(-5n, 2)).toBe('-0.05');
    expect(formatFixed(14n, 0)).toBe('14');
    expect(formatShortest(1400n, 2)).toBe('14');
    expect(formatShortest(1450n, 2)).toBe('14.5');
    expect(formatShortest(-5n, 2)).toBe('-0.05');
    expect(formatShortest(0n, 2)).toBe('0');
    expect(formatShortest(100n, 0)).toBe('100');
  });

  it('writes a number that ends in full and cuts an endless one half-even', () => {
    const long = Rational.of(1n, 10n ** 40n);
    expect(formatRational(long, 18)).toBe(`0.${'0'.repeat(39)}1`);
    expect(formatRational(Rational.of(1n, 8n), 2)).toBe('0.125');
    expect(formatRational(Rational.of(1n, 5n), 0)).toBe('0.2');
    expect(formatRational(Rational.of(6n, 3n), 18)).toBe('2');
    expect(formatRational(Rational.of(2n, 3n), 18)).toBe('0.666666666666666667');
    expect(formatRational(Rational.of(-1n, 3n), 2)).toBe('-0.33');
    expect(formatRounded(Rational.of(1n, 8n), 2)).toBe('0.12');
    expect(formatRounded(Rational.of(3n, 8n), 2)).toBe('0.38');
    expect(formatRounded(Rational.fromScaled(12_500n, 4), 2)).toBe('1.25');
    expect(formatRounded(Rational.fromScaled(12_550n, 4), 2)).toBe('1.26');
    expect(formatRounded(Rational.fromScaled(125n, 2), 2)).toBe('1.25');
  });
});

describe('the text of a fraction', () => {
  it.each([
    [Rational.of(1n, 3n), '1/3'],
    [Rational.of(-2n, 6n), '-1/3'],
    [Rational.of(1n, 4n), '0.25'],
    [Rational.of(0n, 9n), '0'],
    [Rational.of(12n), '12'],
  ])('is the shortest that is exact', (value, text) => {
    expect(formatFraction(value)).toBe(text);
  });

  it.each(['', '1/0', '1/00', '1/-3', '1.5/3', 'x', '1/', '/3', '1/3x', 'x1/3'])(
    'is not %j',
    (text) => {
      expect(parseFraction(text)).toBeUndefined();
    },
  );

  it('may be written in another way', () => {
    expect(parseFraction('-4/012')?.equals(Rational.of(-1n, 3n))).toBe(true);
    expect(parseFraction('2/10')?.equals(Rational.of(1n, 5n))).toBe(true);
  });

  it('reads back to the same number', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
        fc.bigInt({ min: 1n, max: 10n ** 6n }),
        (numerator, denominator) => {
          const value = Rational.of(numerator, denominator);
          expect(parseFraction(formatFraction(value))?.equals(value)).toBe(true);
        },
      ),
      lawRuns,
    );
  });
});
