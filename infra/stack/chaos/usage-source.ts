/**
 * The events of one producer. Each is a function of its number and of the day on which it was made, so any of them can be
 * made again, to be sent twice, without being kept.
 */
import type { UsageEventInput } from '@tidemark/sdk';
import { dayMs, quartersPerDay } from './calendar.ts';
import type { RoundCalendar } from './calendar.ts';
import { hashOf } from './random.ts';

export interface SourceOptions {
  readonly name: string;
  readonly seed: number;
  readonly calendar: RoundCalendar;
  readonly customers: readonly string[];
}

export interface MadeEvent {
  readonly input: UsageEventInput;
  /** Counts from the first quarter of the first day. */
  readonly quarter: number;
  readonly milliBytes: number;
}

const quarterMs = dayMs / quartersPerDay;
/** Of 1,000 events: so many tell of a day before. */
const latePerThousand = 20;

export class UsageSource {
  readonly #options: SourceOptions;
  /** On which day the numbers from `first` on were made; ascending. */
  readonly #days: { first: number; day: number }[] = [{ first: 0, day: 0 }];
  next = 0;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** Events from now on belong to this day, but for the late ones. */
  turnDay(day: number): void {
    this.#days.push({ first: this.next, day });
  }

  /** The next new event. */
  make(): MadeEvent {
    const made = this.eventAt(this.next);
    this.next += 1;
    return made;
  }

  /** An event again. */
  eventAt(number: number): MadeEvent {
    const { calendar, customers, name, seed } = this.#options;
    const today = this.#dayOf(number);
    const base = hashOf(seed, number);
    const isLate = hashOf(base, 1) % 1000 < latePerThousand;
    const day = isLate ? Math.max(0, today - 1 - (hashOf(base, 2) % 3)) : today;
    const quarter = day * quartersPerDay + (hashOf(base, 3) % quartersPerDay);
    // Squared, so that some customers are large.
    const share = (hashOf(base, 4) / 4_294_967_296) ** 2;
    const customer = customers[Math.floor(share * customers.length)] as string;
    const milliBytes = hashOf(base, 5) % 1_000_000_000;
    const timeMs = calendar.firstDayMs + quarter * quarterMs + (hashOf(base, 6) % quarterMs);
    return {
      quarter,
      milliBytes,
      input: {
        id: `${name}-${number}`,
        source: name,
        type: 'call',
        subject: customer,
        time: new Date(timeMs),
        data: { bytes: decimalOf(milliBytes), kind: number % 3 === 0 ? 'image' : 'page' },
      },
    };
  }

  #dayOf(number: number): number {
    for (let index = this.#days.length - 1; index >= 0; index -= 1) {
      const entry = this.#days[index];
      if (entry !== undefined && entry.first <= number) return entry.day;
    }
    return 0;
  }
}

/** Thousandths as a decimal, `12.345`. */
function decimalOf(thousandths: number): string {
  const whole = Math.floor(thousandths / 1000);
  return `${whole}.${String(thousandths % 1000).padStart(3, '0')}`;
}
