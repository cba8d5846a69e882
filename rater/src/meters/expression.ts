/**
 * The arithmetic a meter may do over an event's properties, such as `tokens_in + 4 * tokens_out`. The grammar is all
 * there is: numbers, property names, `+ - * /` and parentheses. It is parsed once, reads nothing but the event's own
 * properties, and computes with exact fractions. Divisors are constants, so no event can divide by zero. Exact numbers grow
 * with every product and every new divisor, so their number is limited: an expression costs every event of its meter.
 *
 *   sum     = product { ("+" | "-") product }
 *   product = factor { ("*" | "/") factor }
 *   factor  = "-" factor | number | name | "(" sum ")"
 */
import { parseDecimal, Rational } from '../money/index.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { refuseForbiddenName } from './filter.ts';

export const expressionLengthMax = 1000;
const depthMax = 32;
/** Properties that one product may multiply. */
const degreeMax = 8;
/** Different divisors, those that leave a decimal (tens, hundreds) aside. */
const divisorsMax = 8;

export type PropertyValue = Rational | undefined | 'not-a-number';
type PropertyReader = (name: string) => PropertyValue;

export interface Expression {
  readonly text: string;
  /** Names of the properties it reads, each once, in order of appearance. */
  readonly properties: readonly string[];
  /** `undefined` when a property is absent, `'not-a-number'` when one is no number. */
  evaluate(read: PropertyReader): PropertyValue;
}

type Node = (values: ReadonlyMap<string, Rational>) => Rational;

/** @throws PricingError `rater/expression-not-valid`, `rater/expression-too-long`, `rater/forbidden-property` */
export function parseExpression(text: string, path: string): Expression {
  if (text.length > expressionLengthMax) {
    const message = `An expression has at most ${expressionLengthMax} characters.`;
    throw new PricingError('rater/expression-too-long', message, path);
  }
  const parser = new ExpressionParser(text, path);
  const root = parser.parse();
  const properties = [...parser.names];
  return {
    text,
    properties,
    evaluate: (read) => {
      const values = new Map<string, Rational>();
      let absent = false;
      for (const name of properties) {
        const value = read(name);
        if (value === 'not-a-number') return value;
        if (value === undefined) absent = true;
        else values.set(name, value);
      }
      return absent ? undefined : root(values);
    },
  };
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/()]))/y;

interface Parsed {
  readonly node: Node;
  /** How many properties its greatest product multiplies. */
  readonly degree: number;
  /** The value where no property is read. */
  readonly constant: Rational | undefined;
}

class ExpressionParser {
  readonly names = new Set<string>();
  readonly #path: string;
  readonly #tokens: string[];
  #next = 0;
  #depth = 0;
  readonly #divisors = new Set<string>();

  constructor(text: string, path: string) {
    this.#path = path;
    this.#tokens = this.#tokenize(text);
  }

  parse(): Node {
    const { node } = this.#sum();
    const rest = this.#tokens[this.#next];
    if (rest !== undefined) throw this.#fault(`"${rest}" is not expected here.`);
    return node;
  }

  #sum(): Parsed {
    let left = this.#product();
    for (;;) {
      if (this.#take('+')) left = added(left, this.#product(), (a, b) => a.plus(b));
      else if (this.#take('-')) left = added(left, this.#product(), (a, b) => a.minus(b));
      else return left;
    }
  }

  #product(): Parsed {
    let left = this.#factor();
    for (;;) {
      if (this.#take('*')) left = this.#multiply(left, this.#factor());
      else if (this.#take('/')) left = this.#divide(left, this.#factor());
      else return left;
    }
  }

  #multiply(left: Parsed, right: Parsed): Parsed {
    const degree = left.degree + right.degree;
    if (degree > degreeMax) {
      throw this.#tooLong(`An expression multiplies at most ${degreeMax} properties.`);
    }
    return combine(left, right, { degree, apply: (a, b) => a.times(b) });
  }

  #divide(left: Parsed, right: Parsed): Parsed {
    if (right.constant === undefined || right.constant.isZero) {
      throw this.#fault('A divisor must be a constant other than zero.');
    }
    this.#countDivisor(right.constant);
    return combine(left, right, { degree: left.degree, apply: (a, b) => a.dividedBy(b) });
  }

  #countDivisor(divisor: Rational): void {
    const { numerator, denominator, scale } = Rational.one.dividedBy(divisor).reduced();
    if (scale === undefined) this.#divisors.add(`${numerator}/${denominator}`);
    if (this.#divisors.size > divisorsMax) {
      throw this.#tooLong(`An expression has at most ${divisorsMax} different divisors.`);
    }
  }

  #factor(): Parsed {
    this.#depth++;
    if (this.#depth > depthMax) {
      throw this.#tooLong(`An expression nests at most ${depthMax} deep.`);
    }
    const factor = this.#readFactor();
    this.#depth--;
    return factor;
  }

  #readFactor(): Parsed {
    if (this.#take('-'))
      return added(constant(Rational.zero), this.#factor(), (a, b) => a.minus(b));
    if (this.#take('(')) {
      const inner = this.#sum();
      if (!this.#take(')')) throw this.#fault('A closing parenthesis is missing.');
      return inner;
    }
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw this.#fault('The expression ends too early.');
    if (/^\d/.test(token)) return this.#number(token);
    if (!/^[A-Za-z_]/.test(token)) throw this.#fault(`"${token}" is not expected here.`);
    refuseForbiddenName(token, this.#path);
    this.names.add(token);
    const node: Node = (values) => values.get(token) ?? Rational.zero;
    return { node, degree: 1, constant: undefined };
  }

  #number(token: string): Parsed {
    const parsed = parseDecimal(token);
    if (parsed.kind !== 'ok') throw this.#fault(`The number ${token} is too long.`);
    return constant(parsed.value);
  }

  #take(symbol: string): boolean {
    if (this.#tokens[this.#next] !== symbol) return false;
    this.#next++;
    return true;
  }

  #tokenize(text: string): string[] {
    const tokens: string[] = [];
    const end = text.trimEnd().length;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < end) {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null)
        throw this.#fault(`The character at position ${at + 1} is not known here.`);
      tokens.push(match[0].trim());
    }
    return tokens;
  }

  #tooLong(message: string): PricingError {
    return new PricingError('rater/expression-too-long', message, this.#path);
  }

  #fault(message: string): PricingError {
    return new PricingError('rater/expression-not-valid', message, this.#path);
  }
}

function constant(value: Rational): Parsed {
  return { node: () => value, degree: 0, constant: value };
}

type Operation = (a: Rational, b: Rational) => Rational;

function added(left: Parsed, right: Parsed, apply: Operation): Parsed {
  return combine(left, right, { degree: Math.max(left.degree, right.degree), apply });
}

function combine(
  left: Parsed,
  right: Parsed,
  { degree, apply }: { readonly degree: number; readonly apply: Operation },
): Parsed {
  if (left.constant !== undefined && right.constant !== undefined) {
    return constant(apply(left.constant, right.constant));
  }
  const node: Node = (values) => apply(left.node(values), right.node(values));
  return { node, degree, constant: undefined };
}
