/** Exact numbers. Only this folder may cast to the branded types. */
export type { ExactAmount, Quantity } from './scaled.ts';
