/** Live spend: the invoice as it would be now. */
export { readSpend } from './read-spend.ts';
export type { Spend, SpendQuery } from './read-spend.ts';
