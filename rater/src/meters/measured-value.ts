/** Where a meter takes its number from: a property, or an expression over several. */
import { Rational, quantityScale } from '../money/index.ts';
import type { UsageSample } from '../pricing/charge-rater.ts';
import type { JsonObject } from '../pricing/input/json-object.ts';
import {
  expressionLengthMax,
  parseExpression,
  type Expression,
  type PropertyValue,
} from './expression.ts';
import { refuseForbiddenName } from './filter.ts';

export type MeasuredValue =
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'expression'; readonly expression: Expression };

/** Stands for the property of a meter that names none, where a price is only tried out. */
export const unnamedProperty = '(value)';

const PROPERTY_NAME = /^[A-Za-z_][A-Za-z0-9_.:-]*$/;

/** Reads `property` (a name, or an expression in its place) or `expression`. */
export function readMeasuredValue(meter: JsonObject): MeasuredValue {
  if (meter.has('expression')) {
    const text = meter.text('expression', expressionLengthMax * 2);
    return { kind: 'expression', expression: parseExpression(text, meter.pathOf('expression')) };
  }
  if (meter.rules.namesOptional && !meter.has('property')) {
    return { kind: 'property', name: unnamedProperty };
  }
  const text = meter.text('property', expressionLengthMax * 2);
  if (PROPERTY_NAME.test(text)) {
    refuseForbiddenName(text, meter.pathOf('property'));
    return { kind: 'property', name: text };
  }
  return { kind: 'expression', expression: parseExpression(text, meter.pathOf('property')) };
}

/** The measured number of an event, exact. */
export function numberReader(value: MeasuredValue): (sample: UsageSample) => PropertyValue {
  if (value.kind === 'property') return (sample) => readNumber(sample, value.name);
  const { expression } = value;
  return (sample) => expression.evaluate((name) => readNumber(sample, name));
}

export function readNumber(sample: UsageSample, property: string): PropertyValue {
  if (sample.exact !== undefined) return sample.exact(property);
  const value = sample.decimal(property);
  return typeof value === 'bigint' ? Rational.fromScaled(value, quantityScale) : value;
}
