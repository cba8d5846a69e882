/**
 * An exact fraction: what the pricing core computes with. Additions and products of decimals keep a power of ten below
 * the line, so they cost little more than scaled integers; a division simply multiplies the denominator and is rounded
 * only where a result is written down.
 */
import { exponentOfTen, tenToThe } from './powers-of-ten.ts';
import { divideFloor, divideRounded, type RoundingMode } from './rounding.ts';

/** In place of a scale where the denominator is no power of ten. */
const noScale = -1;

export class Rational {
  static readonly zero = new Rational(0n, 1n, 0);
  static readonly one = new Rational(1n, 1n, 0);

  readonly numerator: bigint;
  /** Always positive. Not always in lowest terms: reducing costs more than it saves. */
  readonly denominator: bigint;
  /** The denominator is 10^scale, or `noScale`: decimals meet without a division. */
  readonly #scale: number;

  private constructor(numerator: bigint, denominator: bigint, scale: number) {
    this.numerator = numerator;
    this.denominator = denominator;
    this.#scale = scale;
  }

  /** @throws RangeError when the denominator is zero: callers check their divisors where they read them. */
  static of(numerator: bigint, denominator = 1n): Rational {
    if (denominator === 1n) return new Rational(numerator, 1n, 0);
    if (denominator === 0n) throw new RangeError('A fraction has no zero denominator.');
    const below = denominator < 0n ? -denominator : denominator;
    const above = denominator < 0n ? -numerator : numerator;
    return new Rational(above, below, exponentOfTen(below) ?? noScale);
  }

  /** `scaled x 10^-scale`. */
  static fromScaled(scaled: bigint, scale: number): Rational {
    return new Rational(scaled, tenToThe(scale), scale);
  }

  plus(other: Rational): Rational {
    const { denominator: left } = this;
    const { denominator: right } = other;
    if (left === right) {
      return new Rational(this.numerator + other.numerator, left, this.#scale);
    }
    if (this.#scale !== noScale && other.#scale !== noScale) {
      return this.#scale > other.#scale
        ? Rational.#addFiner(this, other)
        : Rational.#addFiner(other, this);
    }
    // One denominator often divides the other; without this a long sum would grow its denominator without end.
    if (left % right === 0n) {
      return new Rational(this.numerator + other.numerator * (left / right), left, this.#scale);
    }
    if (right % left === 0n) {
      return new Rational(this.numerator * (right / left) + other.numerator, right, other.#scale);
    }
    return Rational.of(this.numerator * right + other.numerator * left, left * right).reduced();
  }

  /** Sum of two decimals, the first of which has more of them. */
  static #addFiner(finer: Rational, coarser: Rational): Rational {
    const factor = tenToThe(finer.#scale - coarser.#scale);
    const sum = finer.numerator + coarser.numerator * factor;
    return new Rational(sum, finer.denominator, finer.#scale);
  }

  minus(other: Rational): Rational {
    return this.plus(other.negated());
  }

  times(other: Rational): Rational {
    const numerator = this.numerator * other.numerator;
    if (this.#scale === noScale || other.#scale === noScale) {
      return new Rational(numerator, this.denominator * other.denominator, noScale);
    }
    return Rational.fromScaled(numerator, this.#scale + other.#scale);
  }

  /** @throws RangeError when `other` is zero. */
  dividedBy(other: Rational): Rational {
    return Rational.of(this.numerator * other.denominator, this.denominator * other.numerator);
  }

  negated(): Rational {
    return new Rational(-this.numerator, this.denominator, this.#scale);
  }

  absolute(): Rational {
    return this.numerator < 0n ? this.negated() : this;
  }

  /** Negative, zero or positive, as `this` is below, equal to or above `other`. */
  compare(other: Rational): number {
    const same = this.denominator === other.denominator;
    const left = same ? this.numerator : this.numerator * other.denominator;
    const right = same ? other.numerator : other.numerator * this.denominator;
    return left < right ? -1 : left > right ? 1 : 0;
  }

  isAbove(other: Rational): boolean {
    return this.compare(other) > 0;
  }

  isBelow(other: Rational): boolean {
    return this.compare(other) < 0;
  }

  equals(other: Rational): boolean {
    return this.compare(other) === 0;
  }

  get isZero(): boolean {
    return this.numerator === 0n;
  }

  get isNegative(): boolean {
    return this.numerator < 0n;
  }

  get isPositive(): boolean {
    return this.numerator > 0n;
  }

  /** The nearest integer by `mode`. */
  toInteger(mode: RoundingMode): bigint {
    return divideRounded(this.numerator, this.denominator, mode);
  }

  /** The number in units of 10^-scale, rounded by `mode`. */
  toScaled(scale: number, mode: RoundingMode): bigint {
    return divideRounded(this.numerator * tenToThe(scale), this.denominator, mode);
  }

  /** The number in units of 10^-scale, or `undefined` when it needs more decimals than that. */
  toScaledExactly(scale: number): bigint | undefined {
    const scaled = this.numerator * tenToThe(scale);
    return scaled % this.denominator === 0n ? scaled / this.denominator : undefined;
  }

  /** The greatest number of units of 10^-scale that is not above this. */
  toFloor(scale: number): bigint {
    return divideFloor(this.numerator * tenToThe(scale), this.denominator);
  }

  /** Rounded to a multiple of `step`, which must be positive. */
  roundedToMultipleOf(step: Rational, mode: RoundingMode): Rational {
    return Rational.of(this.dividedBy(step).toInteger(mode)).times(step);
  }

  /** How many decimals write it, as it stands; `undefined` where the denominator is no power of ten. */
  get scale(): number | undefined {
    return this.#scale === noScale ? undefined : this.#scale;
  }

  /** In lowest terms. */
  reduced(): Rational {
    const divisor = greatestCommonDivisor(this.numerator, this.denominator);
    return divisor === 1n
      ? this
      : Rational.of(this.numerator / divisor, this.denominator / divisor);
  }
}

export const smallerOf = (left: Rational, right: Rational): Rational =>
  left.isAbove(right) ? right : left;
export const greaterOf = (left: Rational, right: Rational): Rational =>
  left.isBelow(right) ? right : left;

export function sumOf(numbers: Iterable<Rational>): Rational {
  let total = Rational.zero;
  for (const number of numbers) total = total.plus(number);
  return total;
}

/** Of any sign: `Rational.of` puts it back on the numerator. */
function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let a = left;
  let b = right;
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
