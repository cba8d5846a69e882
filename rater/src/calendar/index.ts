export { billingBoundaries, boundariesMax } from './billing-boundaries.ts';
export type { BillingCalendar } from './billing-boundaries.ts';
export { cadenceUnits } from './cadence.ts';
export type { Cadence, CadenceUnit } from './cadence.ts';
export { prorationBases, serviceFraction } from './proration.ts';
export type { ProrationBasis, ServiceQuestion } from './proration.ts';
export { isTimeZone } from './zone.ts';
