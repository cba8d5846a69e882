/**
 * Properties of a stored event in SQL, with exactly the meaning of `UsageSample` (a property test compares the two).
 *
 * `data` is canonical JSON text, so a row that has no object inside of it and no escape in it ("plain") can be read by
 * looking for `"name":`, byte for byte: numbers keep every digit, where ClickHouse's JSON functions would go through a
 * double. The rare other rows are counted as `nested`, and the caller folds them in TypeScript.
 */
import type { ClickHouseParameter } from '@tidemark/platform/clickhouse';
import type { Filter } from '@tidemark/rater/meters';

/** True for a row whose properties these expressions can read. */
export const plainRow = `(position(data, '{', 2) = 0 AND position(data, '\\\\') = 0)`;

/** Collects the values that a generated statement binds; the text holds placeholders only. */
export class BoundValues {
  readonly parameters: Record<string, ClickHouseParameter> = {};
  #count = 0;

  /** A placeholder `{v0:Type}` bound to the value. */
  bind(type: string, value: ClickHouseParameter): string {
    const name = `v${this.#count++}`;
    this.parameters[name] = value;
    return `{${name}:${type}}`;
  }
}

/** The property's JSON text in a plain row; empty when it is absent. */
function rawSql(values: BoundValues, property: string): string {
  // The search text is what stands between the quotes in canonical JSON.
  const written = JSON.stringify(property).slice(1, -1);
  return `simpleJSONExtractRaw(data, ${values.bind('String', written)})`;
}

/** `Nullable(String)`: `UsageSample.text` of a plain row. */
export function textSql(values: BoundValues, property: string): string {
  const raw = rawSql(values, property);
  return `multiIf(startsWith(${raw}, '"'), substring(${raw}, 2, length(${raw}) - 2),
    ${raw} IN ('', 'null') OR startsWith(${raw}, '['), NULL, ${raw})`;
}

/** `Nullable(Decimal(76, 18))`: `UsageSample.decimal` of a plain row; null when absent or no number. */
export function decimalSql(values: BoundValues, property: string): string {
  const raw = rawSql(values, property);
  // Long texts never reach the conversion: it would drop decimals beyond the scale without a word.
  return `toDecimal256OrNull(extract(${raw}, '^"?(-?[0-9]{1,20}(?:\\\\.[0-9]{1,18})?)"?$'), 18)`;
}

/** A condition (0 or 1, never null) over a plain row; an event whose dimension is absent matches none. */
export function filterSql(values: BoundValues, filters: readonly Filter[]): string {
  const conditions = filters.flatMap((filter) =>
    Object.entries(filter).map(
      ([dimension, accepted]) =>
        `ifNull(${textSql(values, dimension)} IN ${values.bind('Array(String)', accepted)}, 0)`,
    ),
  );
  return conditions.length === 0 ? '1' : conditions.join(' AND ');
}
