/** What the properties of decoded columns must keep beyond their shape, so that columns and JSON accept the same events. */
import { canonicalJson, scaledText, type JsonValue } from './canonical-json.ts';
import type { EventColumns, PropertyColumn } from './event-columns.ts';
import { checkData, checkName } from './event-rules.ts';
import { countKeys, isExactLiteral, parseExactJson } from './exact-json.ts';
import { eventLimits } from './limits.ts';
import { isCanonicalDecimal } from './number-literal.ts';

/** What is wrong, or undefined. */
export function checkProperties({ count, properties }: EventColumns): string | undefined {
  for (const property of properties) {
    const broken = checkName(property.name)?.message ?? checkValues(property);
    if (broken !== undefined) return broken;
  }
  return checkNamesOnce(count, properties) ?? checkPropertyCounts(count, properties);
}

function checkValues({ name, values }: PropertyColumn): string | undefined {
  switch (values.kind) {
    case 'decimal':
      return values.integers.every((integer) => isExact(integer, values.scale))
        ? undefined
        : notExact;
    case 'decimal-text':
      return values.values.every((text) => isCanonicalDecimal(text) && isExactLiteral(text))
        ? undefined
        : notExact;
    case 'json':
      for (const text of values.values) {
        const broken = checkJson(name, text);
        if (broken !== undefined) return broken;
      }
      return undefined;
    default:
      return undefined;
  }
}

const notExact = 'A number is not a canonical decimal that JSON holds exactly; use a string.';

/** Up to 15 digits survive a double at any scale; longer ones must be what the double prints, as in JSON. */
function isExact(integer: number, scale: number): boolean {
  if (scale === 0 || Math.abs(integer) < 1e15) return true;
  return isExactLiteral(scaledText(integer, scale));
}

function checkJson(name: string, text: string): string | undefined {
  const json = parseExactJson(text);
  if (json.kind === 'rejected' || typeof json.value !== 'object') {
    return 'A value of kind json is no object, array or null.';
  }
  const broken = checkData({ [name]: json.value });
  if (broken !== undefined) return broken.message;
  return canonicalJson(json.value as JsonValue) === text ? undefined : 'JSON is not canonical.';
}

/** A name may occur with several kinds, but only once in a row. */
function checkNamesOnce(count: number, properties: readonly PropertyColumn[]): string | undefined {
  const columnsOf = new Map<string, PropertyColumn[]>();
  for (const property of properties) {
    const columns = columnsOf.get(property.name);
    if (columns === undefined) columnsOf.set(property.name, [property]);
    else columns.push(property);
  }
  for (const columns of columnsOf.values()) {
    if (columns.length === 1) continue;
    const seen = new Uint8Array(count);
    for (const { rows } of columns) {
      if (rows === null || rows.some((row) => seen[row] === 1)) return twice;
      for (const row of rows) seen[row] = 1;
    }
  }
  return undefined;
}

const twice = 'A row has a property twice.';

function checkPropertyCounts(
  count: number,
  properties: readonly PropertyColumn[],
): string | undefined {
  const nested = properties.some(({ values }) => values.kind === 'json');
  if (!nested && properties.length <= eventLimits.dataPropertiesMax) return undefined;
  const counts = new Uint32Array(count);
  for (const { rows, values } of properties) {
    const length = rows === null ? count : rows.length;
    for (let position = 0; position < length; position++) {
      const row = rows === null ? position : (rows[position] as number);
      const inner =
        values.kind === 'json' ? countKeys(JSON.parse(values.values[position] as string)) : 0;
      counts[row] = (counts[row] as number) + 1 + inner;
    }
  }
  const max = eventLimits.dataPropertiesMax;
  return counts.some((each) => each > max)
    ? `An event has more than ${max} properties.`
    : undefined;
}
