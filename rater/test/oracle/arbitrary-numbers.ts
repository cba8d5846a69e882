// Decimal strings for random cases. Numbers are drawn as integers with a scale, so that small, round, very long and
// boundary values all appear often, and shrink toward short ones.
import fc from 'fast-check';

/** Decimal text of `scaled` x 10^-scale without trailing zeros. */
export function decimalText(scaled: bigint, scale: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const decimals = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${scaled < 0n ? '-' : ''}${whole}${decimals === '' ? '' : `.${decimals}`}`;
}

/** Text as an integer x 10^-18. */
export function scaled18(text: string): bigint {
  const [whole = '0', decimals = ''] = text.replace('-', '').split('.');
  const size = BigInt(whole + decimals.padEnd(18, '0'));
  return text.startsWith('-') ? -size : size;
}

const scaledArb = (max: bigint, scale: number): fc.Arbitrary<string> =>
  fc.bigInt(0n, max).map((value) => decimalText(value, scale));

/** A quantity of zero or more: small, fractional, with 18 decimals, or close to 10^20. */
export const quantityArb: fc.Arbitrary<string> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('0') },
  { weight: 6, arbitrary: scaledArb(3000n, 0) },
  { weight: 4, arbitrary: scaledArb(3_000_000n, 3) },
  { weight: 2, arbitrary: scaledArb(10n ** 21n, 18) },
  { weight: 1, arbitrary: scaledArb(10n ** 38n - 1n, 18) },
  { weight: 1, arbitrary: fc.constantFrom('0.000000000000000001', '99999999999999999999', '1') },
);

export const signedQuantityArb: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: quantityArb },
  {
    weight: 1,
    arbitrary: quantityArb.map((text) => (text === '0' ? text : `-${text}`)),
  },
);

/** A price of one unit: whole, in cents, in fractions of a cent, or with up to 18 decimals. */
export const unitAmountArb: fc.Arbitrary<string> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('0') },
  { weight: 3, arbitrary: scaledArb(200n, 0) },
  { weight: 4, arbitrary: scaledArb(10_000n, 2) },
  { weight: 3, arbitrary: scaledArb(1_000_000n, 6) },
  { weight: 1, arbitrary: scaledArb(10n ** 20n, 18) },
);

/** An amount of money as people write it, sometimes finer than the currency. */
export const amountArb: fc.Arbitrary<string> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('0') },
  { weight: 5, arbitrary: scaledArb(100_000n, 2) },
  { weight: 2, arbitrary: scaledArb(1_000n, 0) },
  { weight: 1, arbitrary: scaledArb(10_000_000n, 5) },
);

/** Half a minor unit and its neighbours: where rounding modes differ. */
export const halfwayArb: fc.Arbitrary<string> = fc
  .tuple(fc.bigInt(-3000n, 3000n), fc.constantFrom(-1n, 0n, 1n), fc.constantFrom(0, 1, 2, 3, 4))
  .map(([units, nudge, decimals]) =>
    decimalText((units * 2n + 1n) * 5n * 10n ** (17n - BigInt(decimals)) + nudge, 18),
  );

export const positiveArb: fc.Arbitrary<string> = fc.oneof(
  scaledArb(999n, 0).map((text) => (text === '0' ? '1' : text)),
  scaledArb(99_999n, 3).map((text) => (text === '0' ? '0.5' : text)),
);

/** Percent up to 100, sometimes with decimals. */
export const percentArb: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('0', '100', '50', '10', '33.333333'),
  scaledArb(10_000n, 2),
);

/** A percentage of a discount may be above 100: it takes at most what is left. */
export const discountPercentArb: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: percentArb },
  { weight: 1, arbitrary: fc.constantFrom('100.5', '150', '1000') },
);

export const currencyArb = fc.constantFrom('USD', 'USD', 'EUR', 'JPY', 'KWD', 'CLF');

export const roundModeArb = fc.constantFrom(
  'half_away_from_zero' as const,
  'half_even' as const,
  'up' as const,
  'down' as const,
);

/** Sometimes the field, sometimes none. */
export function maybe(key: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const some = value.map((held) => ({ [key]: held }));
  return fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: some });
}

/** One object of all the parts. */
export function merged(...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> {
  return fc.tuple(...parts).map((values) => Object.assign({}, ...values) as object);
}
