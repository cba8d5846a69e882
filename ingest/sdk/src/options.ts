/** The options of `createTidemark`: their meaning, defaults and bounds, checked once and all problems reported together. */
import { TidemarkOptionsError } from './errors.ts';
import type { TidemarkDeliveryError } from './errors.ts';
import type { UsageEvent } from './usage-event.ts';
import { systemTimers } from './timers.ts';
import type { Timers } from './timers.ts';

/** The part of `fetch` that the client uses. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array | string;
    readonly signal: AbortSignal;
    readonly redirect: 'manual';
    readonly keepalive?: boolean;
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

/** One batch that will be sent again. */
export interface RetryNotice {
  /** Attempts made so far, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly events: number;
  /** Why, as a stable code: `sdk/network`, `sdk/timeout`, `sdk/unreadable-answer`, or the server's problem code. */
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
}

export interface DeliveryNotice {
  /** Events that are durable in the server's log: they will be billed exactly once. */
  readonly accepted: number;
  readonly rejected: number;
}

export interface TidemarkOptions {
  /** Where Tidemark answers, such as `https://metering.example.com`; `/v1/events` is appended. */
  readonly url: string;
  /** A key with scope `ingest` (with `backfill: true` also `billing`). */
  readonly apiKey: string;
  /** `source` of events that name none: where they come from, such as a service and instance. */
  readonly source?: string;
  /** Send past usage: no acceptance window. Default false. */
  readonly backfill?: boolean;
  /** Body format: compact columns (default) or plain JSON for proxies that must read it. */
  readonly format?: 'columnar' | 'json';

  /** Events in the buffer, waiting and in flight. Default 100,000. */
  readonly bufferEventsMax?: number;
  /** Their size, measured as JSON. Default 64 MiB. */
  readonly bufferBytesMax?: number;
  /** Events in one request, 1 to 10,000. Default 2,000. */
  readonly batchEventsMax?: number;
  /** JSON bytes in one request. Default 1 MiB, at most 4 MiB. */
  readonly batchBytesMax?: number;
  /** How long an event waits for company before it is sent. Default 250 ms. */
  readonly batchAgeMs?: number;
  /** Requests at a time. Default 4. */
  readonly concurrency?: number;
  /** Until a request without an answer counts as failed (and is tried again). Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** Ceiling of the wait before the first retry, doubled with each. Default 200 ms. */
  readonly retryDelayMinMs?: number;
  /** Default 30 s. */
  readonly retryDelayMaxMs?: number;
  /**
   * How long one batch is retried before it is handed to `onError`. Default `Infinity`: as long as the client is open;
   * the buffer's bound is then what limits an outage.
   */
  readonly giveUpAfterMs?: number;

  /** The server refused one event for good; it is not sent again. Default: `console.error`. */
  readonly onRejected?: (event: UsageEvent, code: string, message: string) => void;
  /** The client gave up on `error.events` and no longer holds them. Default: `console.error`. */
  readonly onError?: (error: TidemarkDeliveryError) => void;
  readonly onDelivered?: (notice: DeliveryNotice) => void;
  readonly onRetry?: (notice: RetryNotice) => void;

  readonly fetch?: FetchLike;
  /** Makes the id of events that have none. Default: a random UUID from Web Crypto. */
  readonly generateId?: () => string;
  readonly timers?: Timers;
}

export type TidemarkConfig = Required<Omit<TidemarkOptions, 'source' | 'url'>> & {
  readonly eventsUrl: string;
  readonly source: string | undefined;
};

const mebibyte = 1024 * 1024;

/** [default, least, greatest] of every numeric option. */
const bounds = {
  bufferEventsMax: [100_000, 1, 10_000_000],
  bufferBytesMax: [64 * mebibyte, 1024, 4096 * mebibyte],
  batchEventsMax: [2_000, 1, 10_000],
  batchBytesMax: [mebibyte, 1024, 4 * mebibyte],
  batchAgeMs: [250, 0, 60_000],
  concurrency: [4, 1, 64],
  requestTimeoutMs: [30_000, 100, 600_000],
  retryDelayMinMs: [200, 1, 60_000],
  retryDelayMaxMs: [30_000, 1, 600_000],
  giveUpAfterMs: [Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY],
} as const;

/** Fills defaults in. Throws `TidemarkOptionsError` naming every option that cannot work. */
export function resolveOptions(options: TidemarkOptions): TidemarkConfig {
  const problems: string[] = [];
  const eventsUrl = resolveEventsUrl(options, problems);
  if (typeof options.apiKey !== 'string' || !/^[\x21-\x7e]+$/.test(options.apiKey)) {
    problems.push('apiKey must be a key of access: printable ASCII without spaces');
  }
  if (options.format !== undefined && !['columnar', 'json'].includes(options.format)) {
    problems.push("format must be 'columnar' or 'json'");
  }
  const numbers = resolveNumbers(options, problems);
  const fetchLike = options.fetch ?? platformFetch();
  if (fetchLike === undefined) problems.push('fetch is missing here; pass the option `fetch`');
  const generateId = options.generateId ?? defaultIdGenerator();
  if (generateId === undefined) {
    problems.push('Web Crypto is missing here; pass the option `generateId`');
  }
  if (problems.length > 0 || fetchLike === undefined || generateId === undefined) {
    throw new TidemarkOptionsError('sdk/options-invalid', `${problems.join('; ')}.`);
  }
  return {
    ...numbers,
    eventsUrl,
    apiKey: options.apiKey,
    source: options.source,
    backfill: options.backfill ?? false,
    format: options.format ?? 'columnar',
    onRejected: options.onRejected ?? reportRejected,
    onError: options.onError ?? reportError,
    onDelivered: options.onDelivered ?? ignore,
    onRetry: options.onRetry ?? ignore,
    fetch: fetchLike,
    generateId,
    timers: options.timers ?? systemTimers,
  };
}

function resolveEventsUrl(options: TidemarkOptions, problems: string[]): string {
  let base: URL;
  try {
    base = new URL(options.url);
  } catch {
    problems.push('url must be absolute, such as https://metering.example.com');
    return '';
  }
  if (base.protocol !== 'http:' && base.protocol !== 'https:') {
    problems.push('url must start with http:// or https://');
  }
  if (base.username !== '' || base.search !== '' || base.hash !== '') {
    problems.push('url must have no user, query or fragment');
  }
  const path = base.pathname.replace(/\/+$/, '');
  return `${base.origin}${path}/v1/events${options.backfill === true ? '?backfill=true' : ''}`;
}

function resolveNumbers(
  options: TidemarkOptions,
  problems: string[],
): Record<keyof typeof bounds, number> {
  const resolved = {} as Record<keyof typeof bounds, number>;
  for (const name of Object.keys(bounds) as (keyof typeof bounds)[]) {
    const [fallback, least, greatest] = bounds[name];
    const value: unknown = options[name] ?? fallback;
    const fits = typeof value === 'number' && value >= least && value <= greatest;
    if (!fits || (!Number.isInteger(value) && value !== Number.POSITIVE_INFINITY)) {
      problems.push(`${name} must be a whole number from ${least} to ${greatest}`);
    }
    resolved[name] = value as number;
  }
  return resolved;
}

/** Wrapped: browsers refuse `fetch` as a method of another object. */
function platformFetch(): FetchLike | undefined {
  const platform: { readonly fetch?: FetchLike } = globalThis;
  if (platform.fetch === undefined) return undefined;
  return (url, init) => fetch(url, init);
}

/** `crypto.randomUUID` exists in secure contexts only; `getRandomValues` exists wherever Web Crypto does. */
function defaultIdGenerator(): (() => string) | undefined {
  const webCrypto = (globalThis as { crypto?: Partial<typeof globalThis.crypto> }).crypto;
  if (webCrypto?.randomUUID !== undefined) {
    return () => crypto.randomUUID();
  }
  if (webCrypto?.getRandomValues === undefined) return undefined;
  return () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    // Version 4, variant 1 of RFC 9562.
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
}

function ignore(): void {
  // The notice has no listener.
}

function reportRejected(event: UsageEvent, code: string, message: string): void {
  // eslint-disable-next-line no-console -- the last resort, so that usage is never lost silently
  console.error(`tidemark: event ${event.id} was rejected (${code}): ${message}`);
}

function reportError(error: TidemarkDeliveryError): void {
  // eslint-disable-next-line no-console -- the last resort, so that usage is never lost silently
  console.error(
    `tidemark: ${error.events.length} events were not delivered (${error.code}): ${error.message}`,
  );
}
