/** A usage event as the application gives it and as the client hands it back. */
import type { JsonObject } from './json-value.ts';

/** What `data` may hold. A `bigint` is sent as a decimal string, a `Date` as RFC 3339 text. */
export type DataValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | undefined
  | Date
  | readonly DataValue[]
  | { readonly [name: string]: DataValue };

export interface UsageEventInput {
  /** What happened, such as `web.request`; meters select by it. */
  readonly type: string;
  /** The key of the customer who used it. */
  readonly subject: string;
  /**
   * Unique within `source` and `subject`: an event with the same three is billed once, however often it is sent. Default:
   * a random UUID. Give your own (a request id, a row's key) where the same usage may be tracked twice.
   */
  readonly id?: string;
  /** Default: the option `source`. */
  readonly source?: string;
  /** When it happened; default: now. Text is RFC 3339 with a zone. */
  readonly time?: Date | string;
  readonly data?: Readonly<Record<string, DataValue>>;
}

/** A complete event, as it is on the wire in JSON. */
export interface UsageEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly data: JsonObject;
}
