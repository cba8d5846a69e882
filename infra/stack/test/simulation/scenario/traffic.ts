/** What clients send: fresh events, copies, conflicting copies, backfill, and records that come to the log by other ways. */
import type { Random } from '../engine/random.ts';

export interface SimulatedEvent {
  readonly source: string;
  readonly customer: string;
  readonly id: string;
  /** Microseconds. */
  readonly time: number;
  /** A decimal. */
  readonly bytes: string;
  readonly region: string;
  readonly user: string;
}

export type Send =
  | {
      readonly kind: 'batch';
      readonly atMs: number;
      readonly backfill: boolean;
      readonly events: readonly SimulatedEvent[];
      /** Sent only once the original is acknowledged, so that it is certain which one came first. */
      readonly conflicts: readonly SimulatedEvent[];
    }
  /** One CloudEvent, produced straight to the log. */
  | { readonly kind: 'foreign'; readonly atMs: number; readonly event: SimulatedEvent }
  /** Older than the window allows, on either way: a dead letter. */
  | {
      readonly kind: 'too-old';
      readonly atMs: number;
      readonly foreign: boolean;
      readonly event: SimulatedEvent;
    };

interface TrafficSpan {
  readonly batches: number;
  readonly customers: readonly string[];
  readonly startMs: number;
  readonly endMs: number;
  readonly periodMs: number;
}

const amounts = [
  '0',
  '1',
  '2.5',
  '1000000',
  '999999.999999',
  '0.000000001',
  '12345.678',
  '384615.5',
];

export function drawSends(random: Random, span: TrafficSpan): Send[] {
  const { batches, customers, startMs, endMs, periodMs } = span;
  const sends: Send[] = [];
  const sent: SimulatedEvent[] = [];
  let number = 0;
  const draw = (time: number): SimulatedEvent => {
    number++;
    const event: SimulatedEvent = {
      source: random.pick(['edge', 'core']),
      customer: random.pick(customers),
      id:
        number % 2 === 0
          ? `event-${number}`
          : `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      time,
      bytes: random.pick(amounts),
      region: random.pick(['eu', 'us']),
      user: random.pick(['u1', 'u2', 'u3']),
    };
    return event;
  };
  const fresh = (atMs: number): SimulatedEvent => {
    const late = random.chance(0.2) ? random.between(0, Math.floor(periodMs * 1.3)) : 0;
    const event = draw((atMs - late - random.between(0, 4000)) * 1000 + random.between(0, 999));
    sent.push(event);
    return event;
  };
  for (let batch = 0; batch < batches; batch++) {
    const atMs = random.between(startMs, endMs);
    const events = Array.from({ length: random.between(1, 4) }, () =>
      sent.length > 0 && random.chance(0.2) ? random.pick(sent) : fresh(atMs),
    );
    const conflicts: SimulatedEvent[] = [];
    if (sent.length > 3 && random.chance(0.15)) {
      const original = random.pick(sent.slice(0, -2));
      conflicts.push(
        random.chance(0.5)
          ? { ...original, bytes: '777' }
          : { ...original, time: original.time - random.between(1, periodMs) * 1000 },
      );
    }
    // The same id of another source is another event.
    if (random.chance(0.1)) {
      const twin = random.pick(sent);
      const other = { ...twin, source: 'twin' };
      if (!sent.some(({ id, source }) => id === other.id && source === other.source)) {
        sent.push(other);
        events.push(other);
      }
    }
    sends.push({ kind: 'batch', atMs, backfill: false, events, conflicts });
  }
  const old = (): number => (startMs - random.between(140, 175) * 60_000) * 1000;
  if (random.chance(0.4)) {
    const events = Array.from({ length: random.between(1, 3) }, () => draw(old()));
    sends.push({
      kind: 'batch',
      atMs: random.between(startMs, endMs),
      backfill: true,
      events,
      conflicts: [],
    });
    // A copy of a backfilled event, much later.
    if (random.chance(0.5)) {
      sends.push({ kind: 'batch', atMs: endMs, backfill: true, events, conflicts: [] });
    }
  }
  if (random.chance(0.3)) {
    const atMs = random.between(startMs, endMs);
    sends.push({ kind: 'foreign', atMs, event: fresh(atMs) });
  }
  if (random.chance(0.3)) {
    const atMs = random.between(startMs, endMs);
    sends.push({ kind: 'too-old', atMs, foreign: random.chance(0.5), event: draw(old()) });
  }
  return sends.sort((left, right) => left.atMs - right.atMs);
}
