/** The period close: from a job with a fixed cut to invoices. */
export { defaultCloseLimits } from './close-dependencies.ts';
export type { CloseDependencies, CloseLimits, CloseProgress } from './close-dependencies.ts';
export { closePeriod } from './close-period.ts';
export { createCloseWorker } from './close-worker.ts';
export type { CloseWorker, CloseWorkerOptions } from './close-worker.ts';
export type {
  Invoice,
  InvoiceLine,
  InvoiceLineKind,
  InvoiceProof,
  InvoiceTier,
} from './invoice.ts';
export { createReEmitter } from './repair/create-re-emitter.ts';
