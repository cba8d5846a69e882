export { fixedClock, systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { formatInstant, parseInstant, instantMax, instantMin } from './instant.ts';
export type { Instant } from './instant.ts';
