import type { Usage } from '../usage.ts';
import type { UsageFold } from './usage-fold.ts';

/** A flat charge without a meter: no event moves it. */
export const noUsageFold: UsageFold<unknown, Usage> = {
  mode: 'stream',
  aggregate: 'fold',
  numberProperties: [],
  empty: () => null,
  add: () => 'unmatched',
  merge: () => null,
  encode: () => ({}),
  decode: () => null,
  carryOut: () => null,
  quantity: () => null,
  usage: () => ({ takes: 'quantity', quantity: null }),
};
