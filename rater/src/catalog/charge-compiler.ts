/**
 * From the catalog's JSON to compiled charges. Definitions were validated when they were written, so one that cannot be read
 * is a fault of ours, not of a user. Compiled charges are cached by the text of both definitions: the same object stands for
 * the same rules across plan versions and epochs, which is how a changed charge is told from an unchanged one.
 */
import { canonicalJson } from '@tidemark/ingest/contract';
import type { JsonValue } from '@tidemark/ingest/contract';
import { AppError } from '@tidemark/platform/errors';
import { parseMeter } from '../meters/index.ts';
import { amountPropertiesOf, compileCharge, parseCharge } from '../pricing/index.ts';
import type { ChargeRater } from '../pricing/index.ts';
import type { MeterChange } from './catalog-change.ts';

/** A charge with the meter version that measures for it. */
export interface MeteredCharge {
  readonly key: string;
  readonly eventType: string;
  readonly rater: ChargeRater;
}

/** What the rater asks of a meter version itself. */
export interface MeterRules {
  readonly eventType: string;
  /** Properties that must be numbers where they are present. */
  readonly numberProperties: readonly string[];
  /** What the property `operation` may say; empty where the meter does not read it. */
  readonly operations: readonly string[];
}

export class ChargeCompiler {
  /** By the text of both definitions. */
  readonly #charges = new Map<string, MeteredCharge>();
  /** The same by identity, which spares the text where the objects have been seen before. */
  readonly #seen = new WeakMap<object, WeakMap<MeterChange, MeteredCharge>>();
  readonly #meters = new WeakMap<MeterChange, MeterRules>();
  readonly #amounts = new WeakMap<object, readonly string[]>();

  compile(charge: unknown, meter: MeterChange): MeteredCharge {
    if (typeof charge !== 'object' || charge === null) {
      throw invalid('A charge is not an object.', undefined);
    }
    let seen = this.#seen.get(charge);
    if (seen === undefined) {
      seen = new WeakMap();
      this.#seen.set(charge, seen);
    }
    let compiled = seen.get(meter);
    if (compiled === undefined) {
      compiled = this.#compileText(charge, meter);
      seen.set(meter, compiled);
    }
    return compiled;
  }

  #compileText(charge: object, meter: MeterChange): MeteredCharge {
    const cacheKey = `${canonicalJson(charge as JsonValue)}\n${canonicalJson(meter.definition as JsonValue)}`;
    const known = this.#charges.get(cacheKey);
    if (known !== undefined) return known;
    const { key } = chargeReferences(charge);
    const rater = reading(`charge ${key}`, () => {
      const definition = parseMeter(meter.definition);
      return compileCharge(parseCharge(charge), definition);
    });
    const compiled = { key, eventType: this.rulesOf(meter)?.eventType ?? '', rater };
    this.#charges.set(cacheKey, compiled);
    return compiled;
  }

  /** The properties that carry the amounts which the charge's price takes. */
  amountPropertiesOf(charge: object): readonly string[] {
    let properties = this.#amounts.get(charge);
    if (properties === undefined) {
      const { key } = chargeReferences(charge);
      properties = reading(`charge ${key}`, () => amountPropertiesOf(parseCharge(charge)));
      this.#amounts.set(charge, properties);
    }
    return properties;
  }

  /** `undefined` for a version that deletes its meter. */
  rulesOf(meter: MeterChange): MeterRules | undefined {
    if (meter.definition === null) return undefined;
    let rules = this.#meters.get(meter);
    if (rules === undefined) {
      rules = reading(`meter ${meter.key}`, () => parseMeter(meter.definition));
      this.#meters.set(meter, rules);
    }
    return rules;
  }

  eventTypeOf(meter: MeterChange): string | undefined {
    return this.rulesOf(meter)?.eventType;
  }
}

/** The key of a charge and the meter it names; `undefined` for a flat charge. */
export function chargeReferences(charge: unknown): { key: string; meter: string | undefined } {
  if (typeof charge === 'object' && charge !== null && 'key' in charge) {
    const meter: unknown = 'meter' in charge ? charge.meter : undefined;
    const { key } = charge;
    const named = meter === undefined || meter === null || typeof meter === 'string';
    if (typeof key === 'string' && named) return { key, meter: meter ?? undefined };
  }
  throw invalid('A charge has no key.', undefined);
}

function reading<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw invalid(`The catalog holds a ${what} that cannot be read.`, error);
  }
}

function invalid(message: string, cause: unknown): AppError {
  return new AppError('invariant', 'rater/invalid-catalog', message, { cause });
}
