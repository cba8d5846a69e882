/** The control plane's side of a close in memory, with the behaviour that its port promises. */
import { partitionOf } from '@tidemark/ingest/contract';
import type { Instant } from '@tidemark/platform/clock';
import type { MeterChange } from '@tidemark/rater/catalog';
import type {
  CloseLedger,
  CloseRequest,
  CloseUpdate,
  ClosedPeriod,
  Cut,
  DueCursor,
  DueInstant,
  DuePeriod,
  InvoiceDraft,
  PeriodClose,
} from '../../src/ports.ts';
import { partitionCount } from '../test-store.ts';

export interface LedgerSubscription {
  readonly subscription: string;
  readonly customer: string;
  readonly timeZone?: string;
  /** Contiguous, ascending. */
  readonly periods: readonly DuePeriod[];
  /** Whether the start is a billing instant. */
  readonly startDue?: boolean;
  /** Whether it ends with the last of its periods. */
  readonly ends?: boolean;
}

/** What a process that is killed looks like to the code in it. */
export class Killed extends Error {}

export class MemoryLedger implements CloseLedger {
  readonly subscriptions: LedgerSubscription[] = [];
  readonly meters: MeterChange[] = [];
  readonly closes = new Map<string, PeriodClose>();
  /** In the order of issue. */
  readonly invoices: InvoiceDraft[] = [];
  readonly dryRuns: InvoiceDraft[] = [];
  /** End offsets that the next close fixes as its cut. */
  cut: Cut = { incarnation: 1, offsets: new Array<number>(partitionCount).fill(0) };
  /** Kills the process before (or after) the transaction of this number, counted from 1. */
  killAt: { readonly transaction: number; readonly moment: 'before' | 'after' } | null = null;
  #transactions = 0;
  readonly #billed = new Map<string, ClosedPeriod>();
  /** Greatest `through` of the closes that billed a subscription. */
  readonly #through = new Map<string, Instant>();

  openClose(request: CloseRequest): Promise<PeriodClose> {
    const close: PeriodClose = {
      ...request,
      id: `close_${this.closes.size + 1}`,
      status: 'queued',
      cut: this.cut,
      catalogEpoch: 1,
      halted: [],
      subscriptionsDone: 0,
      subscriptionsTotal: this.subscriptions.length,
      invoices: 0,
      totals: {},
    };
    this.closes.set(close.id, close);
    return Promise.resolve(close);
  }

  readClose(_tenant: string, id: string): Promise<PeriodClose | null> {
    return Promise.resolve(this.closes.get(id) ?? null);
  }

  unfinishedCloses(): Promise<PeriodClose[]> {
    const unfinished = ['queued', 'running'];
    return Promise.resolve(
      [...this.closes.values()].filter(({ status }) => unfinished.includes(status)),
    );
  }

  dueInstants(close: PeriodClose, after: DueCursor | null, limit: number): Promise<DueInstant[]> {
    const due = this.subscriptions
      .filter(({ customer }) => close.customers === null || close.customers.includes(customer))
      .flatMap((subscription) => this.#dueOf(subscription, close))
      .sort(
        (left, right) =>
          left.instant - right.instant || compare(left.subscription, right.subscription),
      )
      .filter(
        ({ instant, subscription }) =>
          after === null ||
          instant > after.instant ||
          (instant === after.instant && subscription > after.subscription),
      );
    return Promise.resolve(due.slice(0, limit));
  }

  issueInvoices(close: PeriodClose, drafts: readonly InvoiceDraft[]): Promise<void> {
    this.#transactions++;
    const kill = this.killAt?.transaction === this.#transactions ? this.killAt.moment : null;
    if (kill === 'before') return Promise.reject(new Killed());
    for (const draft of drafts) {
      if (close.dryRun) this.dryRuns.push(draft);
      else if (this.#revisions(draft.due) < draft.document.revision) this.#issue(close, draft);
    }
    return kill === 'after' ? Promise.reject(new Killed()) : Promise.resolve();
  }

  updateClose(close: PeriodClose, update: CloseUpdate): Promise<PeriodClose> {
    const stored = this.closes.get(close.id) ?? close;
    const updated = { ...stored, ...update };
    this.closes.set(close.id, updated);
    return Promise.resolve(updated);
  }

  catalogMeters(): Promise<MeterChange[]> {
    return Promise.resolve(this.meters);
  }

  #issue(close: PeriodClose, draft: InvoiceDraft): void {
    this.invoices.push(draft);
    const { subscription } = draft.due;
    this.#through.set(subscription, close.through);
    const periods =
      this.subscriptions.find((own) => own.subscription === subscription)?.periods ?? [];
    for (const { periodFrom, amounts } of draft.billed) {
      const key = `${subscription}/${periodFrom}`;
      const period = periods.find(({ from }) => from === periodFrom)!;
      const billed = { ...this.#billed.get(key)?.billed, ...amounts };
      this.#billed.set(key, { period, billedCut: close.cut, billed });
    }
  }

  #revisions({ subscription, instant }: Pick<DueInstant, 'subscription' | 'instant'>): number {
    const isSame = ({ due }: InvoiceDraft): boolean =>
      due.subscription === subscription && due.instant === instant;
    return this.invoices.filter(isSame).length;
  }

  #dueOf(own: LedgerSubscription, close: PeriodClose): DueInstant[] {
    const { subscription, customer, periods } = own;
    const first = periods[0];
    if (first === undefined) return [];
    const instants = [
      ...(own.startDue === true ? [{ instant: first.from, ending: -1 }] : []),
      ...periods.map(({ to }, ending) => ({ instant: to, ending })),
    ].filter(
      ({ instant }) => instant <= close.through && this.#revisions({ subscription, instant }) === 0,
    );
    const last = periods.at(-1);
    if (instants.length === 0 && own.ends === true && last !== undefined) {
      const revisions = this.#revisions({ subscription, instant: last.to });
      if (revisions > 0 && close.through > (this.#through.get(subscription) ?? 0))
        instants.push({ instant: last.to, ending: periods.length });
    }
    return (close.dryRun ? instants : instants.slice(0, 1)).map(({ instant, ending }) => ({
      tenant: close.tenant,
      subscription,
      customer,
      timeZone: own.timeZone ?? 'UTC',
      instant,
      revision: this.#revisions({ subscription, instant }) + 1,
      ending: periods[ending] ?? null,
      starting: periods[ending + 1] ?? null,
      closed: periods
        .slice(0, Math.max(0, ending))
        .flatMap(({ from }) => this.#billed.get(`${subscription}/${from}`) ?? []),
    }));
  }
}

/** Which partition a customer of the tests lies in. */
export function partitionOfCustomer(customer: string): number {
  return partitionOf('acme', customer, partitionCount);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
