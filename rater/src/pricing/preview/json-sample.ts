/** An event of a case as the usage sample that meters read. */
import type { Rational } from '../../money/index.ts';
import { quantityOf, quantityScale, parseDecimal, previewDecimalsMax } from '../../money/index.ts';
import type { Meter } from '../../meters/meter.ts';
import type { UsageSample } from '../charge-rater.ts';

/** A property that is there but is no exact number. */
export type NumberFault = 'ingest/value-not-a-number' | 'ingest/number-not-exact';

const safeIntegerMax = 9_007_199_254_740_991;

/** A JSON number or decimal string as an exact number. A JSON number means the shortest decimal that prints it. */
export function exactNumber(value: unknown): Rational | NumberFault {
  if (typeof value === 'number') {
    if (value > safeIntegerMax || value < -safeIntegerMax) {
      return 'ingest/number-not-exact';
    }
    return parseExactly(withoutExponent(`${value}`));
  }
  return typeof value === 'string' ? parseExactly(value) : 'ingest/value-not-a-number';
}

export interface JsonEvent {
  readonly time: number;
  /** Place in the list, which stands for the log. */
  readonly index: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The properties of an event; `value` stands for the property that the meter measures. */
export function sampleOf({ time, index, properties }: JsonEvent): UsageSample {
  const read = (name: string): unknown =>
    Object.hasOwn(properties, name) ? properties[name] : undefined;
  const exact = (name: string): Rational | undefined | 'not-a-number' => {
    const value = read(name);
    if (value === undefined) return undefined;
    const number = exactNumber(value);
    return typeof number === 'string' ? 'not-a-number' : number;
  };
  return {
    time,
    offset: 0,
    index,
    exact,
    decimal: (name) => {
      const number = exact(name);
      if (number === undefined || number === 'not-a-number') return number;
      const scaled = number.toScaledExactly(quantityScale);
      return scaled === undefined ? 'not-a-number' : quantityOf(scaled);
    },
    text: (name) => textOf(read(name)),
  };
}

/** The property that `value` stands for. */
export function measuredProperty(meter: Meter): string | undefined {
  return meter.value?.kind === 'property' ? meter.value.name : undefined;
}

/** A property as text for filters, dimensions and distinct values. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return `${value}`;
  return typeof value === 'number' ? withoutExponent(`${value}`) : undefined;
}

function parseExactly(text: string): Rational | NumberFault {
  const parsed = parseDecimal(text, previewDecimalsMax);
  return parsed.kind === 'ok' ? parsed.value : 'ingest/value-not-a-number';
}

/** JavaScript prints small and large numbers with an exponent; a decimal has none. */
function withoutExponent(text: string): string {
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-])(\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', lead = '', fraction = '', direction, digits = '0'] = match;
  const shift = BigInt(digits);
  const places = direction === '-' ? shift : shift - BigInt(fraction.length);
  const zeros = '0'.repeat(zerosOf(places));
  return direction === '-'
    ? `${sign}0.${zeros.slice(1)}${lead}${fraction}`
    : `${sign}${lead}${fraction}${zeros}`;
}

/** Exponents of a JavaScript number end at 324. */
function zerosOf(places: bigint): number {
  let count = 0;
  while (BigInt(count) < places) count++;
  return count;
}
