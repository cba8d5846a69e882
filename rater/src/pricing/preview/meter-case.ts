import { compileMeter } from '../../meters/compile-meter.ts';
import { parseMeter } from '../../meters/meter.ts';
import {
  formatFraction,
  formatRational,
  parseFraction,
  quantityScale,
  Rational,
} from '../../money/index.ts';
import type { CarriedState } from '../charge-rater.ts';
import type { JsonObject } from '../input/json-object.ts';
import { readPeriod } from '../input/read-period.ts';
import { caseItemsMax, type CaseKind } from './case-kind.ts';
import { readEvents } from './read-events.ts';

/** What a meter measures of a list of events over a period. */
export const meterCase: CaseKind = (input) => {
  const meter = parseMeter(input.raw('meter'), input.rules, 'meter');
  const period = readPeriod(input, 'period');
  const carried = readCarried(input, meter.aggregation);
  const compiled = compileMeter(meter);
  const events = readEvents(input, { meter, period, numberProperties: meter.numberProperties });
  input.finish();
  const state = compiled.empty(period, carried);
  for (const sample of events.samples) compiled.add(state, sample);
  const quantity = compiled.quantity(state);
  return {
    quantity: quantity === null ? null : formatRational(quantity, quantityScale),
    ...carriedFields(compiled.carryOut?.(state)),
    rejected: events.rejected,
  };
};

/** `initialLevel` and `initialValues`: what the period before handed on. */
export function readCarried(input: JsonObject, aggregation: string): CarriedState | undefined {
  const level = input.optionalDecimal('initialLevel');
  const values = input.has('initialValues')
    ? input.texts('initialValues', caseItemsMax)
    : undefined;
  if (aggregation === 'unique_count')
    return values === undefined ? undefined : { kind: 'values', values };
  return level === undefined ? undefined : { kind: 'level', level: formatFraction(level) };
}

export function carriedFields(carried: CarriedState | null | undefined): object {
  if (carried?.kind === 'level') {
    const level = parseFraction(carried.level) ?? Rational.zero;
    return { carriedLevel: formatRational(level, quantityScale) };
  }
  return carried?.kind === 'values' ? { carriedValues: carried.values } : {};
}
