/** The rating that one writes first: an object an event, ids in a Set, decimals by decimal.js, rows as JSON. */
import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { amountScale } from '../workload/usage.ts';

const usageEvent = z.object({
  id: z.string().min(1).max(256),
  source: z.string().min(1).max(256),
  type: z.string().min(1).max(256),
  subject: z.string().min(1).max(256),
  time: z.string(),
  data: z.object({ amount: z.number(), region: z.string(), tier: z.string() }),
});

const decoder = new TextDecoder();

export class NaiveRating {
  readonly rows: string[] = [];
  readonly #seen = new Set<string>();
  readonly #totals = new Map<string, Decimal>();

  add(message: Uint8Array): void {
    const event = usageEvent.parse(JSON.parse(decoder.decode(message)));
    const identity = `${event.subject}:${event.source}:${event.id}`;
    if (this.#seen.has(identity)) return;
    this.#seen.add(identity);
    const key = `${event.subject}:${event.type}`;
    const amount = new Decimal(event.data.amount);
    this.#totals.set(key, (this.#totals.get(key) ?? new Decimal(0)).plus(amount));
    const price = amount.times('0.0123').toFixed(6);
    this.rows.push(JSON.stringify({ ...event, data: JSON.stringify(event.data), price }));
  }

  /** The sum of all amounts at the scale of the usage. */
  thousandths(): bigint {
    const sum = [...this.#totals.values()].reduce((a, b) => a.plus(b), new Decimal(0));
    return BigInt(sum.times(10 ** amountScale).toFixed());
  }
}
