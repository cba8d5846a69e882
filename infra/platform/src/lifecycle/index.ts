export { createLifecycle } from './lifecycle.ts';
export type { Lifecycle, LifecycleOptions, Part, StopReport } from './lifecycle.ts';
export { stopOnSignal } from './signals.ts';
export type { SignalSource, StopSignal } from './signals.ts';
