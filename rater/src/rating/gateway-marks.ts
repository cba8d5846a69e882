/**
 * The loss detector. Every gateway numbers its envelopes per partition and says up to which number the log has acknowledged
 * all of them. A number that is missing at or below that mark was acknowledged and is not in the log: a loss. One that is
 * missing above it may still come. Part of the deterministic state: derived from records only, stored in `progress`.
 */
import { AppError } from '@tidemark/platform/errors';
import type { GatewayMark } from '@tidemark/ingest/contract';

/** Gateways remembered per partition; the one not seen for longest is forgotten first. */
const gatewaysMax = 128;
/** Ranges of missing numbers remembered per gateway. */
const rangesMax = 64;

type Range = readonly [first: number, last: number];

interface GatewaySequence {
  /** Highest number seen. */
  highest: number;
  /** Numbers below it that were not seen, ascending, inclusive ranges. */
  missing: Range[];
  /** Acknowledged envelopes that never came. */
  lost: number;
}

export class GatewayMarks {
  /** In the order in which they were seen last. */
  readonly #gateways = new Map<string, GatewaySequence>();

  /** Reads what `encode` wrote. */
  static decode(text: string): GatewayMarks {
    const marks = new GatewayMarks();
    const stored: unknown = JSON.parse(text === '' ? '[]' : text);
    if (!Array.isArray(stored)) throw unreadable();
    for (const entry of stored as readonly unknown[]) {
      const [id, sequence] = readEntry(entry);
      marks.#gateways.set(id, sequence);
    }
    return marks;
  }

  /** Notes an envelope; answers how many lost ones it proves. A copy of an envelope proves nothing new. */
  observe({ gatewayId, sequence, ackedThrough }: GatewayMark): number {
    const gateway = this.#gateways.get(gatewayId) ?? { highest: 0, missing: [], lost: 0 };
    this.#gateways.delete(gatewayId);
    this.#gateways.set(gatewayId, gateway);
    if (this.#gateways.size > gatewaysMax) {
      for (const oldest of this.#gateways.keys()) {
        this.#gateways.delete(oldest);
        break;
      }
    }
    if (sequence > gateway.highest) {
      if (sequence > gateway.highest + 1) gateway.missing.push([gateway.highest + 1, sequence - 1]);
      gateway.highest = sequence;
    } else gateway.missing = gateway.missing.flatMap((range) => without(range, sequence));
    const lost = takeLost(gateway, ackedThrough);
    while (gateway.missing.length > rangesMax) gateway.missing.shift();
    gateway.lost += lost;
    return lost;
  }

  /** Lost envelopes of the gateways that are remembered. */
  get lost(): number {
    let lost = 0;
    for (const gateway of this.#gateways.values()) lost += gateway.lost;
    return lost;
  }

  /** `[["gateway",highest,lost,[[first,last],..]],..]`, the one seen last at the end. */
  encode(): string {
    const entries = [...this.#gateways].map(([id, { highest, lost, missing }]) => [
      id,
      highest,
      lost,
      missing,
    ]);
    return JSON.stringify(entries);
  }
}

function without([first, last]: Range, sequence: number): Range[] {
  if (sequence < first || sequence > last) return [[first, last]];
  const parts: Range[] = [];
  if (first < sequence) parts.push([first, sequence - 1]);
  if (sequence < last) parts.push([sequence + 1, last]);
  return parts;
}

/** Removes what is missing at or below `ackedThrough` and counts it. */
function takeLost(gateway: GatewaySequence, ackedThrough: number): number {
  let lost = 0;
  gateway.missing = gateway.missing.flatMap(([first, last]): Range[] => {
    if (first > ackedThrough) return [[first, last]];
    lost += Math.min(last, ackedThrough) - first + 1;
    return last > ackedThrough ? [[ackedThrough + 1, last]] : [];
  });
  return lost;
}

function readEntry(entry: unknown): readonly [string, GatewaySequence] {
  if (!Array.isArray(entry)) throw unreadable();
  const [id, highest, lost, missing] = entry as readonly unknown[];
  if (
    typeof id !== 'string' ||
    typeof highest !== 'number' ||
    typeof lost !== 'number' ||
    !Array.isArray(missing)
  ) {
    throw unreadable();
  }
  return [id, { highest, lost, missing: missing as Range[] }];
}

function unreadable(): AppError {
  return new AppError(
    'invariant',
    'rater/invalid-progress',
    'The stored gateway marks cannot be read.',
  );
}
