/**
 * A tenant with plans, subscriptions and events, with the rows that a rater would have written for them: events, outcomes,
 * charge totals and progress.
 */
import { parseInstant } from '@tidemark/platform/clock';
import type { JsonValue } from '@tidemark/ingest/contract';
import type { MeterChange } from '@tidemark/rater/catalog';
import type { RowBlocks } from '@tidemark/rater/rows';
import { closePeriod, defaultCloseLimits } from '../src/close/index.ts';
import type { CloseDependencies } from '../src/close/index.ts';
import { createPlanCompiler, meterCatalog } from '../src/close/pricing/compiled-plan.ts';
import { cutPeriod } from '../src/close/pricing/period-pieces.ts';
import { usagePieces } from '../src/close/states/read-period-states.ts';
import { StoredSample } from '../src/events/stored-sample.ts';
import type { DuePeriod, HaltedPart, PeriodClose, PlanTerms } from '../src/ports.ts';
import { MemoryLedger, partitionOfCustomer } from './fakes/memory-ledger.ts';
import type { LedgerSubscription } from './fakes/memory-ledger.ts';
import { eventBlocks, fullEvent, partitionCount, progressOf, totalBlocks } from './test-store.ts';
import type { FullEvent, TestEvent, TestStore, TestTotal } from './test-store.ts';

export function instant(text: string): number {
  return parseInstant(text)!;
}

/** Months of 2026, from the first of `from` to the first of `to`. */
export function months(from: number, to: number, plan: PlanTerms): DuePeriod[] {
  const first = (month: number) => Date.UTC(2026, month - 1, 1) * 1000;
  return Array.from({ length: to - from }, (_, index) => ({
    from: first(from + index),
    to: first(from + index + 1),
    plan,
  }));
}

export function planOf(
  charges: readonly Record<string, unknown>[],
  terms: Partial<PlanTerms> = {},
): PlanTerms {
  return {
    plan: 'web',
    version: 1,
    name: 'Web delivery',
    currency: 'USD',
    charges,
    minimum: null,
    maximum: null,
    ...terms,
  };
}

export function meterOf(
  definition: Record<string, unknown> & { readonly key: string },
): MeterChange {
  return {
    kind: 'meter',
    tenant: 'acme',
    key: definition.key,
    version: 1,
    effectiveFrom: null,
    definition: { eventType: 'web.request', ...definition },
  };
}

export type SentEvent = Omit<TestEvent, 'offset' | 'subject'> & { readonly data?: JsonValue };

export class CloseScenario {
  readonly ledger = new MemoryLedger();
  readonly alarms: HaltedPart[] = [];
  readonly #test: TestStore;
  readonly #events: FullEvent[] = [];
  readonly #next = new Array<number>(partitionCount).fill(0);

  constructor(test: TestStore, meters: readonly MeterChange[]) {
    this.#test = test;
    this.ledger.meters.push(...meters);
  }

  subscribe(...subscriptions: LedgerSubscription[]): void {
    this.ledger.subscriptions.push(...subscriptions);
  }

  /** Appends events of a customer to its partition, an envelope each, and rates them. Returns the rows. */
  async send(customer: string, ...events: SentEvent[]): Promise<RowBlocks> {
    const blocks = await this.land(customer, ...events);
    await this.promise();
    return blocks;
  }

  /** The same without the progress: rows that nobody has promised yet. */
  async land(customer: string, ...events: SentEvent[]): Promise<RowBlocks> {
    const partition = partitionOfCustomer(customer);
    const sent = events.map((event): TestEvent => ({
      ...event,
      subject: customer,
      offset: this.#next[partition]!++,
    }));
    this.#events.push(...sent.map(fullEvent));
    const blocks = { ...eventBlocks(sent), ...totalBlocks(this.totalsOf(customer)) };
    await this.#test.sink.writeRows(blocks);
    return blocks;
  }

  /** Writes progress up to the end of the log (or further, where records are control ones) and takes it as the end offsets. */
  async promise(atLeast = 0): Promise<void> {
    const rows = this.#next.map((end, partition) => {
      const logged = this.#events.filter((event) => event.partition === partition).length;
      const counts = { logged, stored: logged, duplicate: 0, conflict: 0, dead: 0, control: 0 };
      return progressOf(partition, Math.max(end, atLeast), { counts });
    });
    await this.#test.sink.writeProgress(rows);
    this.ledger.cut = { incarnation: 1, offsets: rows.map(({ next }) => next) };
  }

  /** What the stream has counted for a customer so far. */
  totalsOf(customer: string): TestTotal[] {
    const compile = createPlanCompiler(meterCatalog(this.ledger.meters));
    const events = this.#events.filter(({ subject }) => subject === customer);
    const sample = new StoredSample();
    return this.ledger.subscriptions
      .filter((subscription) => subscription.customer === customer)
      .flatMap(({ subscription, periods }) =>
        periods.flatMap((period) => {
          const pieces = cutPeriod(period, compile);
          return usagePieces(pieces).flatMap((piece): TestTotal[] => {
            const rater = piece.metered?.rater;
            if (rater?.mode !== 'stream') return [];
            const state = rater.empty(pieces.streamed);
            const own = events.filter(
              ({ time, type }) =>
                time >= piece.from && time < piece.to && type === piece.metered?.eventType,
            );
            const counted = own.filter(
              (event) => rater.add(state, sample.moveTo(event)) === 'measured',
            );
            if (counted.length === 0) return [];
            return [
              {
                customer,
                subscription,
                charge: piece.charge.charge.key,
                periodStart: new Date(period.from / 1000).toISOString(),
                segmentStart: new Date(piece.from / 1000).toISOString(),
                version: Math.max(...counted.map(({ offset }) => offset)) + 1,
                events: counted.length,
                state: rater.encode(state),
                amount: rater.exactAmount(state, { period: pieces.streamed }),
              },
            ];
          });
        }),
      );
  }

  async close(
    through: string,
    options: { customers?: string[]; dryRun?: boolean } = {},
  ): Promise<PeriodClose> {
    const { customers = null, dryRun = false } = options;
    return this.run(
      await this.ledger.openClose({ tenant: 'acme', through: instant(through), customers, dryRun }),
    );
  }

  run(close: PeriodClose, dependencies: Partial<CloseDependencies> = {}): Promise<PeriodClose> {
    let nowMs = 0;
    return closePeriod(close, {
      ledger: this.ledger,
      clickHouse: this.#test.clickHouse,
      limits: { ...defaultCloseLimits, stallMs: 2000, waveSize: 7, issueSize: 3 },
      // Time passes only while the close sleeps, so a stall is found at once.
      sleep: (milliseconds) => {
        nowMs += milliseconds;
        return Promise.resolve();
      },
      nowMs: () => nowMs,
      onAlarm: (_close, part) => this.alarms.push(part),
      ...dependencies,
    });
  }

  /** Lines of the issued invoices as `kind charge quantity amount`, by invoice. */
  lines(): string[][] {
    return this.ledger.invoices.map(({ document }) =>
      document.lines.map(
        ({ kind, charge, quantity, amount }) =>
          `${kind} ${charge ?? '-'} ${quantity ?? '-'} ${amount}`,
      ),
    );
  }
}
