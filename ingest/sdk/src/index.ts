/** @packageDocumentation The client of Tidemark: usage events out, billed exactly once. */
export {
  TidemarkBufferFullError,
  TidemarkClosedError,
  TidemarkDeliveryError,
  TidemarkError,
  TidemarkEventError,
  TidemarkOptionsError,
} from './errors.ts';
export type { JsonObject, JsonValue } from './json-value.ts';
export type { FlushResult } from './flush-waiters.ts';
export type { DeliveryNotice, FetchLike, RetryNotice, TidemarkOptions } from './options.ts';
export { createTidemark } from './tidemark.ts';
export type { Tidemark } from './tidemark.ts';
export type { Timers } from './timers.ts';
export type { DataValue, UsageEvent, UsageEventInput } from './usage-event.ts';
