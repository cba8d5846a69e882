/**
 * All that the checker knows: what was sent, what was acknowledged, and which changes of the catalog took effect. Nothing of
 * how the product stores, rates or closes.
 */
import type { SimulatedEvent } from '../scenario/traffic.ts';
import type { MeterVersionTerms, SubscriptionTerms } from '../scenario/terms.ts';

export interface SentEvent {
  readonly event: SimulatedEvent;
  readonly sentAtMs: number;
  /** `null`: nobody has said yet that it is kept. */
  ackedAtMs: number | null;
}

export class Truth {
  /** By identity; the first one sent is the one that counts. */
  readonly #events = new Map<string, SentEvent>();
  readonly #lost = new Set<string>();
  /** Identities that must end as dead letters. */
  readonly tooOld = new Set<string>();
  /** Identities of which a copy with another payload was acknowledged. */
  readonly conflicts = new Set<string>();
  readonly meters: MeterVersionTerms[] = [];
  readonly subscriptions = new Map<string, SubscriptionTerms>();

  sent(event: SimulatedEvent, nowMs: number): void {
    const key = identityOf(event);
    if (!this.#events.has(key)) this.#events.set(key, { event, sentAtMs: nowMs, ackedAtMs: null });
  }

  acked(event: SimulatedEvent, nowMs: number): void {
    const key = identityOf(event);
    const known = this.#events.get(key);
    if (known !== undefined && !this.#lost.has(key)) known.ackedAtMs ??= nowMs;
  }

  /** An accident takes what the log acknowledges: the word of the client counts again once it has sent it again. */
  lost(event: SimulatedEvent): void {
    const key = identityOf(event);
    const known = this.#events.get(key);
    if (known === undefined) return;
    this.#lost.add(key);
    known.ackedAtMs = null;
  }

  resent(event: SimulatedEvent): void {
    this.#lost.delete(identityOf(event));
  }

  isAcked(event: SimulatedEvent): boolean {
    return (this.#events.get(identityOf(event))?.ackedAtMs ?? null) !== null;
  }

  /** Every event that should be billed once. */
  get events(): readonly SentEvent[] {
    return [...this.#events.values()];
  }
}

export function identityOf({ customer, source, id }: SimulatedEvent): string {
  return JSON.stringify([customer, source, id]);
}
