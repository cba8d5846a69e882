/**
 * Refuses values that some meter of the event's type could never count: a property that is measured as a number and is
 * none, an `operation` that the meter does not know. Told at once, the sender can still mend it; in the log it would be
 * a dead letter.
 */
import { canonicalNumber } from '../contract/canonical-json.ts';
import type { JsonValue } from '../contract/canonical-json.ts';
import type { EventColumns, PropertyColumn, PropertyValues } from '../contract/event-columns.ts';
import { isDecimalString } from '../contract/number-literal.ts';
import type { ProblemCode } from '../contract/problem-codes.ts';
import type { AcceptedEvent } from '../contract/usage-event.ts';
import type { ValueRules } from './ports.ts';

/** The property that says what an event does to a count of distinct values. */
export const operationProperty = 'operation';

export interface UnmeasurableValue {
  readonly code: ProblemCode;
  readonly message: string;
}

/** The rules of an event type (of the tenant at hand). */
export type RulesOfType = (type: string) => ValueRules;

/** Why the event must be rejected, or `undefined`. */
export function findUnmeasurable(
  { type, data }: AcceptedEvent,
  rulesOf: RulesOfType,
): UnmeasurableValue | undefined {
  const { numbers, operations } = rulesOf(type);
  // Own properties only: `data` may come from JSON that names anything.
  const given = (name: string): JsonValue | undefined =>
    Object.hasOwn(data, name) ? data[name] : undefined;
  for (const name of numbers) {
    const value = given(name);
    if (value !== undefined && !isDecimalValue(value)) return notANumber(name);
  }
  if (operations.size === 0) return undefined;
  const operation = given(operationProperty) ?? null;
  if (operation === null) return undefined;
  const isKnown = typeof operation === 'string' && operations.has(operation);
  return isKnown ? undefined : unknownOperation(operations);
}

/**
 * Calls `reject` for every row with such a value, at least once a row, numbers before operations as `findUnmeasurable`
 * does. Looks at each dictionary entry once, and only at properties that some type in the columns needs.
 */
export function findUnmeasurableRows(
  columns: EventColumns,
  rulesOf: RulesOfType,
  reject: (row: number, reason: UnmeasurableValue) => void,
): void {
  const rules = columns.type.dictionary.map(rulesOf);
  for (const column of columns.properties) {
    const { name } = column;
    if (!rules.some(({ numbers }) => numbers.has(name))) continue;
    const isNumber = numberTest(column.values);
    if (isNumber === 'always') continue;
    eachRow(columns, column, (row, position, typeEntry) => {
      if (rules[typeEntry]?.numbers.has(name) !== true || isNumber(position)) return;
      reject(row, notANumber(name));
    });
  }
  if (rules.every(({ operations }) => operations.size === 0)) return;
  for (const column of columns.properties) {
    if (column.name !== operationProperty) continue;
    eachRow(columns, column, (row, position, typeEntry) => {
      const operations = rules[typeEntry]?.operations;
      if (operations === undefined || operations.size === 0) return;
      if (!isOperation(column.values, position, operations)) {
        reject(row, unknownOperation(operations));
      }
    });
  }
}

function eachRow(
  { count, type: { indices } }: EventColumns,
  { rows }: PropertyColumn,
  visit: (row: number, position: number, typeEntry: number) => void,
): void {
  const positions = rows?.length ?? count;
  for (let position = 0; position < positions; position += 1) {
    const row = rows === null ? position : (rows[position] ?? 0);
    visit(row, position, indices === null ? 0 : (indices[row] ?? 0));
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

function isOperation(
  values: PropertyValues,
  position: number,
  operations: ReadonlySet<string>,
): boolean {
  if (values.kind === 'json') return values.values[position] === 'null';
  if (values.kind !== 'string') return false;
  const { dictionary, indices } = values.column;
  return operations.has(dictionary[indices === null ? 0 : (indices[position] ?? 0)] ?? '');
}

function notANumber(name: string): UnmeasurableValue {
  const message = `A meter or a price reads the property ${JSON.stringify(name.slice(0, 64))}, so it must be a number or a decimal string of at most 20 integer digits and 18 decimals.`;
  return { code: 'ingest/value-not-a-number', message };
}

function unknownOperation(operations: ReadonlySet<string>): UnmeasurableValue {
  const known = [...operations].map((operation) => JSON.stringify(operation)).join(' or ');
  const message = `A meter reads the property "${operationProperty}", so it must be ${known}, or absent.`;
  return { code: 'ingest/unknown-operation', message };
}
