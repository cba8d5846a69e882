import { Rational } from '../../money/index.ts';
import type { JsonObject } from '../input/json-object.ts';

/** A change of unit that never rounds: `{ "operation": "divide", "factor": "1000000000" }` turns bytes into GB. */
export interface UnitConversion {
  /** `factor`, or one over it. Always above zero. */
  readonly multiplier: Rational;
}

/** Reads a conversion of a meter; fields that round are unknown there. */
export function readUnitConversion(parent: JsonObject, field: string): UnitConversion | undefined {
  const object = parent.optionalObject(field);
  if (object === undefined) return undefined;
  const multiplier = readMultiplier(object);
  object.finish();
  return { multiplier };
}

/** `operation` and `factor` of a conversion as one multiplier. */
export function readMultiplier(object: JsonObject): Rational {
  const operation = object.choice('operation', ['multiply', 'divide']);
  const factor = object.decimal('factor', { sign: 'positive' });
  return operation === 'multiply' ? factor : Rational.one.dividedBy(factor);
}
