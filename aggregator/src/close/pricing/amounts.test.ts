import { Rational } from '@tidemark/rater/money';
import { describe, expect, it } from 'vitest';
import { formatMinor, formatMinorExactly, minorOf, partMinorOf } from './amounts.ts';

describe('amounts', () => {
  it('are whole minor units of their currency', () => {
    expect(minorOf('-12.34', 'USD')).toBe(-1234n);
    expect(minorOf('12', 'JPY')).toBe(12n);
    expect(formatMinor(-1n, 'KWD')).toBe('-0.001');
    expect(formatMinorExactly(-250n, 'USD')).toBe('-2.5');
  });

  it('that are not rounded are a fault, and of plan terms are rounded away from zero', () => {
    expect(() => minorOf('0.001', 'USD')).toThrow('not rounded');
    expect(() => minorOf('1e2', 'USD')).toThrow('no amount');
    expect(partMinorOf('0.005', Rational.one, 'USD')).toBe(1n);
    expect(partMinorOf('-0.005', Rational.one, 'USD')).toBe(-1n);
    expect(partMinorOf('0.0049', Rational.one, 'USD')).toBe(0n);
    expect(partMinorOf('5', Rational.of(743n, 745n), 'USD')).toBe(499n);
  });
});
