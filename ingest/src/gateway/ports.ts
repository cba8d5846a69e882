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

/**
 * What the catalog knows of event types: the reason why a client hears at once that a value will never be billed. It
 * may lag behind the catalog by seconds: what the gateway lets through wrongly becomes a dead letter in the rater.
 */
export interface EventTypeRules {
  /**
   * Names of the properties that some meter of (tenant, type) measures as a number: the property of `sum`, `max`,
   * `average` and the like, and every name that a meter's expression reads. Each may be absent (the event is then
   * unmatched for that meter), but a value that is present must be a number or a decimal string. Empty when no meter
   * reads the type.
   */
  numericProperties(tenant: string, type: string): ReadonlySet<string>;
  /** How far from the gateway's clock an event's time may be, in microseconds; 35 days and 5 minutes by default. */
  acceptanceWindow(tenant: string): AcceptanceWindow;
}
