/**
 * What the gateway needs from the rest of the system. The composition root fills these ports: keys from the control
 * plane, event type rules from the catalog. Every call here is on the path of each request, so implementations answer
 * from memory or a short-lived cache.
 */
import type { AcceptanceWindow } from '../contract/acceptance-window.ts';

/** What a key of access may do. `ingest` sends events, `billing` also sends backfill; see the public API for the rest. */
export type Scope = 'ingest' | 'read' | 'billing' | 'admin';

export interface VerifiedKey {
  readonly kind: 'ok';
  /** The tenant the key belongs to; the tenant of an event comes from here, never from the event. */
  readonly tenant: string;
  readonly keyId: string;
  readonly scopes: ReadonlySet<Scope>;
}

export interface KeyVerifier {
  /**
   * Checks the token of `Authorization: Bearer <token>`. Unknown, expired and revoked keys are all `rejected`, so that
   * an answer never tells which. Throws an `AppError` of kind `unavailable` when it cannot know.
   */
  verify(bearer: string): Promise<VerifiedKey | { readonly kind: 'rejected' }>;
}

/** What the values of an event must be, so that every meter of its type, and every price on one, can count it. */
export interface ValueRules {
  /**
   * Names of the properties that some meter or price reads as a number: the property of `sum`, `max`, `average` and the
   * like, every name that a meter's expression reads, and the amount that a dynamic price takes. Each may be absent (the event is then unmatched for that meter), but
   * a value that is present must be a number or a decimal string.
   */
  readonly numbers: ReadonlySet<string>;
  /** What the property `operation` may say; absent and `null` are the default. Empty when no meter reads it. */
  readonly operations: ReadonlySet<string>;
}

/**
 * What the catalog knows of event types: the reason why a client hears at once that a value will never be billed. It
 * may lag behind the catalog by seconds: what the gateway lets through wrongly becomes a dead letter in the rater.
 */
export interface EventTypeRules {
  /** What the meters of (tenant, type) ask of its events; asks nothing when no meter reads the type. */
  valueRules(tenant: string, type: string): ValueRules;
  /** How far from the gateway's clock an event's time may be, in microseconds; 35 days and 5 minutes by default. */
  acceptanceWindow(tenant: string): AcceptanceWindow;
}
