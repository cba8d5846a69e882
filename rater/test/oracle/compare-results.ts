// Compares a result of the core with the oracle's, field by field and digit by digit. The oracle's fields decide what is
// compared; what the core adds to explain a line (quantities, notes, messages) is left alone.

type Json = Record<string, unknown>;

/** Paths and values that differ; empty when the results agree. */
export function differences(expected: Json, actual: unknown): string[] {
  if (expected['error'] === true) {
    const refused = isObject(actual) && isObject(actual['error']);
    return refused ? [] : [`error: expected one, got ${JSON.stringify(actual)}`];
  }
  if (!isObject(actual)) return [`result: expected an object, got ${JSON.stringify(actual)}`];
  return Object.entries(expected).flatMap(([field, value]) =>
    unlike(field, comparable(field, value), comparable(field, actual[field])),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The part of a field that both sides must agree on. */
function comparable(field: string, value: unknown): unknown {
  if (field === 'lines' && Array.isArray(value)) return (value as Json[]).map(lineOf).filter(isDue);
  if (field === 'results' && Array.isArray(value)) {
    return (value as Json[]).map(({ amount, exactAmount, lines }) => ({
      amount,
      exactAmount,
      lines: comparable('lines', lines),
    }));
  }
  if (field === 'rejected' && Array.isArray(value))
    return (value as Json[]).map(({ index }) => index);
  if (field === 'fraction' && isObject(value)) return lowestTerms(value);
  return value;
}

const LINE_KINDS = new Set([
  'discount',
  'maximum',
  'minimum_true_up',
  'proration_credit',
  'proration_charge',
]);

function lineOf(line: Json): Json {
  const { key, tier, kind, amount, discount, credit, tax } = line;
  const known = typeof kind === 'string' && LINE_KINDS.has(kind) ? kind : undefined;
  return { key, tier, kind: known, amount, discount, credit, tax };
}

/** A line of zero may be shown or left out, but for the line of a charge on an invoice. */
function isDue({ key, kind, amount }: Json): boolean {
  const isChargeOfInvoice = key !== undefined && kind === undefined;
  return isChargeOfInvoice || !/^-?[0.]+$/.test(String(amount));
}

function lowestTerms({ numerator, denominator }: Json): string {
  let [a, b] = [BigInt(String(numerator)), BigInt(String(denominator))];
  while (b !== 0n) [a, b] = [b, a % b];
  const divisor = a === 0n ? 1n : a;
  return `${BigInt(String(numerator)) / divisor}/${BigInt(String(denominator)) / divisor}`;
}

function unlike(path: string, expected: unknown, actual: unknown): string[] {
  const [left, right] = [JSON.stringify(expected), JSON.stringify(actual)];
  return left === right ? [] : [`${path}: oracle ${left}, core ${right}`];
}
