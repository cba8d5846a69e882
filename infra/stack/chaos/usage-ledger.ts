/** What was sent, each event once, summed by customer and quarter of a day. The checker's only knowledge of usage. */
import { quartersPerDay } from './calendar.ts';

export interface SentUsage {
  readonly events: number;
  /** Thousandths of a byte: an integer below 2^53. */
  readonly milliBytes: number;
}

const nothing: SentUsage = { events: 0, milliBytes: 0 };

export class UsageLedger {
  readonly #cells = new Map<string, { events: number; milliBytes: number }>();
  /** Distinct events. */
  events = 0;
  /** Copies that were sent on purpose, and those of a producer that had lost its buffer. */
  copies = 0;

  add(customer: string, quarter: number, milliBytes: number): void {
    const key = `${customer}/${quarter}`;
    const cell = this.#cells.get(key) ?? { events: 0, milliBytes: 0 };
    cell.events += 1;
    cell.milliBytes += milliBytes;
    this.#cells.set(key, cell);
    this.events += 1;
  }

  /** Of one quarter of a day; quarters count from the first day of the round. */
  usageOf(customer: string, day: number, quarter: number): SentUsage {
    return this.#cells.get(`${customer}/${day * quartersPerDay + quarter}`) ?? nothing;
  }
}
