/**
 * Refuses values that no meter could ever bill: a property that some meter of the event's type measures as a number is
 * present but is none. Told at once, the sender can still mend it; in the log it would be a dead letter.
 */
import { canonicalNumber } from '../contract/canonical-json.ts';
import type { JsonValue } from '../contract/canonical-json.ts';
import type { EventColumns, PropertyValues } from '../contract/event-columns.ts';
import { isDecimalString } from '../contract/number-literal.ts';
import type { AcceptedEvent } from '../contract/usage-event.ts';

export const notANumberCode = 'ingest/value-not-a-number';

/** The numeric properties of an event type (of the tenant at hand). */
export type NumericProperties = (type: string) => ReadonlySet<string>;

/** The message of the rejection, or `undefined`. */
export function findNotANumber(
  event: AcceptedEvent,
  numericProperties: NumericProperties,
): string | undefined {
  for (const name of numericProperties(event.type)) {
    // Own properties only: `data` may come from JSON that names anything.
    if (!Object.hasOwn(event.data, name)) continue;
    const value = event.data[name];
    if (value !== undefined && !isDecimalValue(value)) return notANumberMessage(name);
  }
  return undefined;
}

/**
 * Calls `reject` for every row with such a value, at least once a row, in no particular order. Looks at each dictionary
 * entry once, and only at properties that some type in the columns needs.
 */
export function findNotANumberRows(
  { count, type, properties }: EventColumns,
  numericProperties: NumericProperties,
  reject: (row: number, message: string) => void,
): void {
  const needed = type.dictionary.map(numericProperties);
  const { indices } = type;
  for (const { name, rows, values } of properties) {
    if (!needed.some((names) => names.has(name))) continue;
    const isNumber = numberTest(values);
    if (isNumber === 'always') continue;
    const positions = rows?.length ?? count;
    for (let position = 0; position < positions; position += 1) {
      const row = rows === null ? position : (rows[position] ?? 0);
      const typeEntry = indices === null ? 0 : (indices[row] ?? 0);
      if (needed[typeEntry]?.has(name) !== true || isNumber(position)) continue;
      reject(row, notANumberMessage(name));
    }
  }
}

function isDecimalValue(value: JsonValue): boolean {
  if (typeof value === 'string') return isDecimalString(value);
  if (typeof value !== 'number') return false;
  // A double prints at most 17 significant digits, so from 0.01 on it has no more than 18 decimals.
  if (Number.isInteger(value) || Math.abs(value) >= 0.01) return true;
  // More decimals than a quantity holds are refused, never rounded.
  return isDecimalString(canonicalNumber(value));
}

/** Whether the value at a position is a decimal, decided once for each dictionary entry. */
function numberTest(values: PropertyValues): 'always' | ((position: number) => boolean) {
  switch (values.kind) {
    case 'decimal':
      return 'always';
    case 'decimal-text':
      return (position) => isDecimalString(values.values[position] ?? '');
    case 'string': {
      const { dictionary, indices } = values.column;
      const entries = dictionary.map(isDecimalString);
      if (entries.every(Boolean)) return 'always';
      return (position) => entries[indices === null ? 0 : (indices[position] ?? 0)] === true;
    }
    case 'boolean':
    case 'json':
      return () => false;
  }
}

function notANumberMessage(name: string): string {
  return `A meter measures the property ${JSON.stringify(name.slice(0, 64))}, so it must be a number or a decimal string of at most 20 integer digits and 18 decimals.`;
}
