/**
 * Reads one JSON object field by field and refuses what is left over. Every failure names its path. Only own properties
 * are seen, so `__proto__` or `constructor` in a document is a plain unknown field.
 */
import {
  decimalsMax,
  minorUnitsOf,
  parseDecimal,
  previewDecimalsMax,
  type Rational,
} from '../../money/index.ts';
import { PricingError } from './pricing-error.ts';

/** How strictly numbers and names are read. */
export interface ReadingRules {
  /** Decimals that a single number may have. */
  readonly decimals: number;
  /** Whether names that only a catalog needs (keys, event types) may be left out. */
  readonly namesOptional: boolean;
}

/** For what is stored: 18 decimals, keys required. */
export const catalogRules: ReadingRules = { decimals: decimalsMax, namesOptional: false };
/** For what is only tried out: 36 decimals, no keys needed. */
export const previewRules: ReadingRules = { decimals: previewDecimalsMax, namesOptional: true };

export interface DecimalBounds {
  readonly sign?: 'positive' | 'not-negative' | 'any';
}

const KEY = /^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127}$/;
const textLengthMax = 256;

export class JsonObject {
  readonly path: string;
  readonly rules: ReadingRules;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  private constructor(
    fields: Readonly<Record<string, unknown>>,
    path: string,
    rules: ReadingRules,
  ) {
    this.#fields = fields;
    this.path = path;
    this.rules = rules;
  }

  /** @throws PricingError `rater/not-an-object` */
  static read(value: unknown, path: string, rules: ReadingRules): JsonObject {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new PricingError('rater/not-an-object', 'This must be a JSON object.', path);
    }
    return new JsonObject(value as Readonly<Record<string, unknown>>, path, rules);
  }

  pathOf(field: string): string {
    return this.path === '' ? field : `${this.path}.${field}`;
  }

  /** Whether the field is there and not null. */
  has(field: string): boolean {
    return this.#value(field) !== undefined;
  }

  /** Whether the field is there at all; `null` counts. */
  isGiven(field: string): boolean {
    this.#read.add(field);
    return Object.hasOwn(this.#fields, field) && this.#fields[field] !== undefined;
  }

  /** The raw value; `undefined` when absent or null. */
  raw(field: string): unknown {
    return this.#value(field);
  }

  /** The raw value as it is given, `null` included. */
  given(field: string): unknown {
    return this.isGiven(field) ? this.#fields[field] : undefined;
  }

  decimal(field: string, bounds: DecimalBounds = {}): Rational {
    return this.#parseDecimal(this.#required(field), this.pathOf(field), bounds);
  }

  optionalDecimal(field: string, bounds: DecimalBounds = {}): Rational | undefined {
    return this.has(field) ? this.decimal(field, bounds) : undefined;
  }

  decimals(field: string, itemsMax: number, bounds: DecimalBounds = {}): Rational[] {
    return this.list(field, itemsMax).map((item, index) =>
      this.#parseDecimal(item, `${this.pathOf(field)}[${index}]`, bounds),
    );
  }

  text(field: string, lengthMax = textLengthMax): string {
    const value = this.#required(field);
    if (typeof value !== 'string' || value === '' || value.length > lengthMax) {
      const message = `This must be a text of 1 to ${lengthMax} characters.`;
      throw new PricingError('rater/not-a-text', message, this.pathOf(field));
    }
    return value;
  }

  optionalText(field: string, lengthMax = textLengthMax): string | undefined {
    return this.has(field) ? this.text(field, lengthMax) : undefined;
  }

  /** A key: required in a catalog, may be left out where a price is tried out. */
  key(field: string): string {
    if (this.rules.namesOptional && !this.has(field)) return '';
    const value = this.text(field);
    if (!KEY.test(value))
      throw new PricingError('rater/not-a-key', 'This is no key.', this.pathOf(field));
    return value;
  }

  currency(field = 'currency'): string {
    const code = this.text(field);
    if (minorUnitsOf(code) === undefined) {
      const message = 'This is no currency with a minor unit in ISO 4217.';
      throw new PricingError('rater/unknown-currency', message, this.pathOf(field));
    }
    return code;
  }

  choice<Choice extends string>(field: string, choices: readonly Choice[]): Choice {
    const value = this.text(field);
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) {
      const message = `This must be one of: ${choices.join(', ')}.`;
      throw new PricingError('rater/value-not-allowed', message, this.pathOf(field));
    }
    return choice;
  }

  choiceOr<Choice extends string>(
    field: string,
    choices: readonly Choice[],
    otherwise: Choice,
  ): Choice {
    return this.has(field) ? this.choice(field, choices) : otherwise;
  }

  integer(field: string, min: number, max: number): number {
    const value = this.#required(field);
    if (typeof value !== 'number' || value % 1 !== 0 || value < min || value > max) {
      const message = `This must be a JSON integer from ${min} to ${max}.`;
      throw new PricingError('rater/not-an-integer', message, this.pathOf(field));
    }
    return value;
  }

  /** A whole number that is not negative, as a decimal string or a JSON integer. */
  optionalCount(field: string): Rational | undefined {
    if (!this.has(field)) return undefined;
    const value = this.#value(field);
    const text = typeof value === 'number' ? `${value}` : value;
    const count = this.#parseDecimal(text, this.pathOf(field), { sign: 'not-negative' });
    if (count.toScaledExactly(0) !== undefined) return count;
    throw new PricingError(
      'rater/not-an-integer',
      'This must be a whole number.',
      this.pathOf(field),
    );
  }

  boolean(field: string, otherwise: boolean): boolean {
    const value = this.#value(field) ?? otherwise;
    if (typeof value !== 'boolean') {
      throw new PricingError(
        'rater/not-a-boolean',
        'This must be true or false.',
        this.pathOf(field),
      );
    }
    return value;
  }

  object(field: string): JsonObject {
    return JsonObject.read(this.#required(field), this.pathOf(field), this.rules);
  }

  optionalObject(field: string): JsonObject | undefined {
    return this.has(field) ? this.object(field) : undefined;
  }

  /** A list with `itemsMin` to `itemsMax` items. */
  list(field: string, itemsMax: number, itemsMin = 0): readonly unknown[] {
    const value = this.#required(field);
    const path = this.pathOf(field);
    if (!Array.isArray(value))
      throw new PricingError('rater/not-a-list', 'This must be a list.', path);
    if (value.length > itemsMax) {
      throw new PricingError(
        'rater/too-many-items',
        `At most ${itemsMax} items are allowed.`,
        path,
      );
    }
    if (value.length < itemsMin) {
      throw new PricingError('rater/empty-list', `At least ${itemsMin} items are needed.`, path);
    }
    return value;
  }

  objects(field: string, itemsMax: number, itemsMin = 0): JsonObject[] {
    return this.list(field, itemsMax, itemsMin).map((item, index) =>
      JsonObject.read(item, `${this.pathOf(field)}[${index}]`, this.rules),
    );
  }

  optionalObjects(field: string, itemsMax: number): JsonObject[] {
    return this.has(field) ? this.objects(field, itemsMax) : [];
  }

  texts(field: string, itemsMax: number): string[] {
    return this.list(field, itemsMax).map((item, index) => {
      if (typeof item === 'string' && item !== '' && item.length <= textLengthMax) return item;
      const path = `${this.pathOf(field)}[${index}]`;
      throw new PricingError('rater/not-a-text', 'This must be a text that is not empty.', path);
    });
  }

  /** Names of the object's own fields; all of them count as read. */
  names(): string[] {
    const names = Object.keys(this.#fields);
    for (const name of names) this.#read.add(name);
    return names;
  }

  /** Call when every field has been read: what is left is unknown. */
  finish(): void {
    for (const field of Object.keys(this.#fields)) {
      if (this.#read.has(field)) continue;
      throw new PricingError(
        'rater/unknown-field',
        'This field is not known here.',
        this.pathOf(field),
      );
    }
  }

  #value(field: string): unknown {
    this.#read.add(field);
    return Object.hasOwn(this.#fields, field) ? (this.#fields[field] ?? undefined) : undefined;
  }

  #required(field: string): unknown {
    const value = this.#value(field);
    if (value !== undefined) return value;
    throw new PricingError(
      'rater/missing-field',
      `The field ${field} is missing.`,
      this.pathOf(field),
    );
  }

  #parseDecimal(value: unknown, path: string, bounds: DecimalBounds): Rational {
    const parsed =
      typeof value === 'string'
        ? parseDecimal(value, this.rules.decimals)
        : { kind: 'not-a-decimal' as const };
    switch (parsed.kind) {
      case 'ok':
        checkBounds(parsed.value, path, bounds);
        return parsed.value;
      case 'not-a-decimal':
        throw new PricingError('rater/not-a-decimal', 'This must be a decimal string.', path);
      case 'too-many-digits':
        throw new PricingError(
          'rater/too-many-digits',
          'At most 20 digits may stand before the point.',
          path,
        );
      case 'too-many-decimals':
        throw new PricingError(
          'rater/too-many-decimals',
          `At most ${this.rules.decimals} decimals are allowed.`,
          path,
        );
    }
  }
}

function checkBounds(value: Rational, path: string, bounds: DecimalBounds): void {
  const sign = bounds.sign ?? 'any';
  if (sign === 'positive' && !value.isPositive) {
    throw new PricingError('rater/not-positive', 'This must be above zero.', path);
  }
  if (sign === 'not-negative' && value.isNegative) {
    throw new PricingError('rater/negative-value', 'This must not be below zero.', path);
  }
}
