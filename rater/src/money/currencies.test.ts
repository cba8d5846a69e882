import { describe, expect, it } from 'vitest';
import { currencies, minorUnitsOf } from './currencies.ts';

describe('minor units', () => {
  it.each([
    ['JPY', 0],
    ['KRW', 0],
    ['CLP', 0],
    ['USD', 2],
    ['EUR', 2],
    ['HUF', 2],
    ['IQD', 3],
    ['KWD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['UYW', 4],
  ])('of %s are %s', (currency, digits) => {
    expect(minorUnitsOf(currency)).toBe(digits);
  });

  it.each(['usd', 'XAU', 'XXX', 'XDR', 'ABC', '', 'toString'])('are none of %j', (code) => {
    expect(minorUnitsOf(code)).toBeUndefined();
  });

  // CLDR gives display digits, which follow cash; where it differs ISO 4217 decides, and the list of differences is known.
  it('differ from the digits of Intl only where ISO 4217 does', () => {
    const different = currencies.filter((currency) => {
      const format = new Intl.NumberFormat('en', { style: 'currency', currency });
      return format.resolvedOptions().maximumFractionDigits !== minorUnitsOf(currency);
    });
    const known =
      'AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR SOS SYP YER AMD CRC GYD KHR LKR MNT MUR NOK RSD SEK TZS UZS';
    expect(different.filter((currency) => !known.split(' ').includes(currency))).toEqual([]);
  });

  it('are listed once each, in order', () => {
    expect(currencies).toEqual([...new Set(currencies)].sort());
    expect(currencies.length).toBeGreaterThan(150);
  });
});
