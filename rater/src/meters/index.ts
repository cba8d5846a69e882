export type { Filter } from './filter.ts';
export type { MeasuredValue } from './measured-value.ts';
export { parseMeter } from './meter.ts';
export type { Meter } from './meter.ts';
