// Meter expressions: + - * / and parentheses over decimal literals and property names, read by recursive descent straight
// to a value. A property that is absent leaves the event out; one that is no number rejects it.
import type { Fraction } from './fraction.ts';
import { add, divide, fraction, isZero, multiply, negate, subtract } from './fraction.ts';
import { numberOf } from './property-values.ts';

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_.]*)|([-+*/()]))/y;

class Unusable extends Error {
  readonly reason: 'absent' | 'rejected';

  constructor(reason: 'absent' | 'rejected') {
    super(reason);
    this.reason = reason;
  }
}

export function evaluateExpression(
  source: string,
  data: Record<string, unknown>,
): Fraction | 'absent' | 'rejected' {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.trimEnd().length) {
    const match = TOKEN.exec(source);
    if (match === null) throw new Error(`oracle: not an expression: ${source}`);
    tokens.push(match[1] ?? match[2] ?? match[3]!);
  }
  try {
    return readSum(tokens, data);
  } catch (error) {
    if (error instanceof Unusable) return error.reason;
    throw error;
  }
}

function readSum(tokens: string[], data: Record<string, unknown>): Fraction {
  let left = readProduct(tokens, data);
  while (tokens[0] === '+' || tokens[0] === '-') {
    const operator = tokens.shift();
    const right = readProduct(tokens, data);
    left = operator === '+' ? add(left, right) : subtract(left, right);
  }
  return left;
}

function readProduct(tokens: string[], data: Record<string, unknown>): Fraction {
  let left = readFactor(tokens, data);
  while (tokens[0] === '*' || tokens[0] === '/') {
    const operator = tokens.shift();
    const right = readFactor(tokens, data);
    if (operator === '/' && isZero(right)) throw new Unusable('rejected');
    left = operator === '*' ? multiply(left, right) : divide(left, right);
  }
  return left;
}

function readFactor(tokens: string[], data: Record<string, unknown>): Fraction {
  const token = tokens.shift()!;
  if (token === '-') return negate(readFactor(tokens, data));
  if (token === '(') {
    const inner = readSum(tokens, data);
    tokens.shift();
    return inner;
  }
  if (/^\d/.test(token)) return fraction(token);
  const raw = Object.hasOwn(data, token) ? data[token] : undefined;
  if (raw === undefined || raw === null) throw new Unusable('absent');
  const text = numberOf(raw);
  if (text === null) throw new Unusable('rejected');
  return fraction(text);
}
