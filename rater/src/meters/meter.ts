/** The definition of a meter as the public JSON has it, and its reading. */
import { catalogRules, JsonObject, type ReadingRules } from '../pricing/input/json-object.ts';
import { PricingError } from '../pricing/input/pricing-error.ts';
import { readUnitConversion, type UnitConversion } from '../pricing/adjustments/unit-conversion.ts';
import type { AggregationKind } from './aggregation.ts';
import { readFilter, refuseForbiddenName, type Filter } from './filter.ts';
import { readMeasuredValue, type MeasuredValue } from './measured-value.ts';
import { aggregations } from './registry.ts';

export interface Meter {
  readonly key: string;
  readonly name: string | undefined;
  readonly eventType: string;
  /** A name of the registry, such as `sum`. */
  readonly aggregation: string;
  /** Where the number or the distinct value comes from; `undefined` for `count`. */
  readonly value: MeasuredValue | undefined;
  /** Properties whose value must be a number where present: the gateway rejects an event where one is not. */
  readonly numberProperties: readonly string[];
  /** What `data.operation` of an event may say; an event that says anything else is a rejection. Empty: it is not read. */
  readonly operations: readonly string[];
  readonly dimensions: readonly string[];
  readonly filter: Filter;
  /** Changes the unit and never rounds. */
  readonly conversion: UnitConversion | undefined;
  readonly carry: boolean;
  readonly values: 'level' | 'change';
  readonly bucket: 'hour' | 'day';
}

const dimensionsMax = 32;

/**
 * Reads a meter in its public JSON.
 *
 * @throws PricingError with code and path when it is not valid; an unknown field is not.
 */
export function parseMeter(json: unknown, rules: ReadingRules = catalogRules, path = ''): Meter {
  const object = JsonObject.read(json, path, rules);
  const aggregation = object.text('aggregation');
  const kind = kindOf(aggregation, object);
  const value = readValue(object, kind);
  const meter: Meter = {
    key: object.key('key'),
    name: object.optionalText('name'),
    eventType: rules.namesOptional
      ? (object.optionalText('eventType') ?? '')
      : object.text('eventType'),
    aggregation,
    value,
    numberProperties: kind.reads === 'number' && value !== undefined ? propertiesOf(value) : [],
    operations: kind.operations ?? [],
    dimensions: readDimensions(object),
    filter: readFilter(object, 'filter'),
    conversion: readUnitConversion(object, 'conversion'),
    carry: object.boolean('carry', false),
    values: object.choiceOr('values', ['level', 'change'], 'level'),
    bucket: readBucket(object, kind),
  };
  object.finish();
  refuseForeignOptions(object, kind);
  return meter;
}

function kindOf(aggregation: string, object: JsonObject): AggregationKind {
  const kind = Object.hasOwn(aggregations, aggregation) ? aggregations[aggregation] : undefined;
  if (kind !== undefined) return kind;
  const message = `The aggregation must be one of: ${Object.keys(aggregations).join(', ')}.`;
  throw new PricingError('rater/unknown-aggregation', message, object.pathOf('aggregation'));
}

function readValue(object: JsonObject, kind: AggregationKind): MeasuredValue | undefined {
  if (object.has('property') && object.has('expression')) {
    const message = 'Give either a property or an expression.';
    throw new PricingError('rater/conflicting-fields', message, object.pathOf('expression'));
  }
  if (kind.reads === 'nothing') {
    object.raw('property');
    return undefined;
  }
  const value = readMeasuredValue(object);
  if (kind.reads === 'text' && value.kind === 'expression') {
    const message = 'This aggregation reads one property, not an expression.';
    throw new PricingError('rater/expression-not-valid', message, object.pathOf('property'));
  }
  return value;
}

function propertiesOf(value: MeasuredValue): readonly string[] {
  return value.kind === 'property' ? [value.name] : value.expression.properties;
}

/** A bucketed aggregation says how long its buckets are; the others have none. */
function readBucket(object: JsonObject, kind: AggregationKind): Meter['bucket'] {
  const buckets = ['hour', 'day'] as const;
  return kind.options.includes('bucket')
    ? object.choice('bucket', buckets)
    : object.choiceOr('bucket', buckets, 'hour');
}

function readDimensions(object: JsonObject): string[] {
  if (!object.has('dimensions')) return [];
  const dimensions = object.texts('dimensions', dimensionsMax);
  dimensions.forEach((name, index) => {
    const path = `${object.pathOf('dimensions')}[${index}]`;
    refuseForbiddenName(name, path);
    if (dimensions.indexOf(name) === index) return;
    throw new PricingError('rater/duplicate-key', 'This dimension is listed twice.', path);
  });
  return dimensions;
}

function refuseForeignOptions(object: JsonObject, kind: AggregationKind): void {
  for (const option of ['carry', 'values', 'bucket'] as const) {
    if (!object.has(option) || kind.options.includes(option) || object.raw(option) === false)
      continue;
    const message = `This aggregation has no option ${option}.`;
    throw new PricingError('rater/option-not-supported', message, object.pathOf(option));
  }
}
