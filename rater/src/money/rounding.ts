/** `up` is away from zero and `down` toward zero, for negative numbers too. */
export type RoundingMode = 'half_away_from_zero' | 'half_even' | 'up' | 'down';

export const roundingModes = ['half_away_from_zero', 'half_even', 'up', 'down'] as const;

/**
 * `numerator / denominator` as an integer. The only place in the product where a number is rounded.
 *
 * @param denominator must be positive.
 */
export function divideRounded(numerator: bigint, denominator: bigint, mode: RoundingMode): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const away = quotient + (numerator < 0n ? -1n : 1n);
  switch (mode) {
    case 'up':
      return away;
    case 'down':
      return quotient;
    case 'half_away_from_zero':
      return isAtLeastHalf(remainder, denominator) ? away : quotient;
    case 'half_even':
      if (isHalf(remainder, denominator)) return quotient % 2n === 0n ? quotient : away;
      return isAtLeastHalf(remainder, denominator) ? away : quotient;
  }
}

/** The greatest integer not above `numerator / denominator`; `denominator` must be positive. */
export function divideFloor(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}

const twice = (remainder: bigint): bigint => (remainder < 0n ? -2n : 2n) * remainder;
const isHalf = (remainder: bigint, denominator: bigint): boolean =>
  twice(remainder) === denominator;
const isAtLeastHalf = (remainder: bigint, denominator: bigint): boolean =>
  twice(remainder) >= denominator;
