/**
 * The columnar form of many usage events: what an envelope decodes to, and what the rater reads without making an object
 * per event. Row `i` of every column belongs to event `i`.
 */
export interface EventColumns {
  readonly count: number;
  readonly tenant: StringColumn;
  readonly subject: StringColumn;
  readonly source: StringColumn;
  readonly type: StringColumn;
  readonly id: IdColumn;
  /** Event time, integer microseconds since the epoch. */
  readonly time: Float64Array;
  /** One entry per property name and kind; a name may occur with several kinds, each with its own rows. */
  readonly properties: readonly PropertyColumn[];
}

/** Dictionary-encoded text. `indices === null`: all rows hold `dictionary[0]`. */
export interface StringColumn {
  readonly dictionary: readonly string[];
  readonly indices: Uint8Array | Uint16Array | Uint32Array | null;
}

/** `uuid`: every id is a canonical lower-case UUID, 16 bytes a row. `text`: anything else. */
export type IdColumn =
  | { readonly kind: 'uuid'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly values: readonly string[] };

export interface PropertyColumn {
  readonly name: string;
  /** Ascending row numbers that have this property with this kind; `null`: all rows. `values[k]` belongs to `rows[k]`. */
  readonly rows: Uint32Array | null;
  readonly values: PropertyValues;
}

export type PropertyValues =
  /** value = integers[k] x 10^-scale; every integer is safe (|i| <= 2^53 - 1), scale 0 to 18. */
  | { readonly kind: 'decimal'; readonly scale: number; readonly integers: Float64Array }
  /** JSON numbers that do not fit the form above: canonical decimal text (no exponent, no trailing zeros). */
  | { readonly kind: 'decimal-text'; readonly values: readonly string[] }
  | { readonly kind: 'string'; readonly column: StringColumn }
  | { readonly kind: 'boolean'; readonly values: Uint8Array }
  /** null, objects and arrays: canonical JSON text (sorted keys, canonical numbers). */
  | { readonly kind: 'json'; readonly values: readonly string[] };
