/**
 * The control plane as a server: catalog epochs under their row lock, close jobs, invoices. One method is one statement or
 * transaction: whole or not at all. The processes that drive it are in control-client.ts and may die between two of them.
 */
import type {
  CloseRequest,
  CloseUpdate,
  ClosedPeriod,
  DueCursor,
  DueInstant,
  DuePeriod,
  InvoiceDraft,
  PeriodClose,
} from '@tidemark/aggregator/ports';
import { AppError } from '@tidemark/platform/errors';
import { hashCatalogChanges } from '@tidemark/rater/catalog';
import type { CatalogChange, MeterChange, SubscriptionChange } from '@tidemark/rater/catalog';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type { VirtualLoop } from '../engine/virtual-loop.ts';

export interface CatalogEpoch {
  readonly changes: readonly CatalogChange[];
  readonly hash: string;
}

/** A transaction that holds the row lock of the epochs. */
export interface LockedTransaction {
  /** The server has given it up: its process was silent for too long. */
  aborted: boolean;
}

export interface IssuedInvoice {
  readonly number: number;
  readonly issuedAtMs: number;
  /** What was acknowledged before then lies below the cut of its job. */
  readonly cutAfterMs: number;
  readonly close: PeriodClose;
  readonly draft: InvoiceDraft;
  /** The document as it was issued, to prove that it stays so. */
  readonly text: string;
}

export interface OpenedClose {
  readonly request: CloseRequest;
  readonly cut: PeriodClose['cut'];
  /** Before the log was asked for the cut. */
  readonly cutAfterMs: number;
}

interface LockRequest {
  readonly owner: SimulatedProcess;
  readonly grant: (transaction: LockedTransaction) => void;
}

const idleTransactionMs = 5000;
const transactionMsMax = 20_000;

export class ControlPlane {
  readonly epochs: CatalogEpoch[] = [];
  readonly closes = new Map<string, PeriodClose>();
  readonly invoices: IssuedInvoice[] = [];
  pending: CatalogChange[] = [];
  acknowledged = 0;
  published = 0;
  /** Without it an invoice is issued as often as somebody asks. */
  readonly uniqueInvoices: boolean;
  readonly #loop: VirtualLoop;
  readonly #recorded = new Set<string>();
  readonly #cutAfterMs = new Map<string, number>();
  readonly #billed = new Map<string, ClosedPeriod>();
  #holder: LockedTransaction | null = null;
  readonly #waiting: LockRequest[] = [];
  readonly #idle: (() => void)[] = [];

  constructor(loop: VirtualLoop, uniqueInvoices: boolean) {
    this.#loop = loop;
    this.uniqueInvoices = uniqueInvoices;
  }

  /** Calls back once, when there is something new to publish or to close. */
  whenWork(callback: () => void): void {
    this.#idle.push(callback);
  }

  #wake(): void {
    for (const callback of this.#idle.splice(0)) callback();
  }

  /** Repeating it with the same id changes nothing; false when it comes too late to take effect. */
  record(id: string, changes: readonly CatalogChange[], latestMs: number): boolean {
    if (this.#recorded.has(id)) return true;
    if (this.#loop.nowMs >= latestMs) return false;
    this.#recorded.add(id);
    this.pending.push(...changes);
    this.#wake();
    return true;
  }

  wasRecorded(id: string): boolean {
    return this.#recorded.has(id);
  }

  lock(owner: SimulatedProcess): Promise<LockedTransaction> {
    return new Promise((grant) => {
      this.#waiting.push({ owner, grant });
      this.#grantNext();
    });
  }

  /** Ends the transaction with `work`, or faults when the server gave it up before. */
  commit<Result>(transaction: LockedTransaction, work: () => Result): Result {
    if (transaction.aborted) {
      throw new AppError(
        'unavailable',
        'platform/postgres-unavailable',
        'The transaction is gone.',
      );
    }
    const result = work();
    this.#release(transaction);
    return result;
  }

  assign(): void {
    if (this.acknowledged < this.epochs.length || this.pending.length === 0) return;
    const changes = this.pending;
    this.pending = [];
    this.epochs.push({ changes, hash: hashCatalogChanges(changes) });
    this.#loop.note(() => `epoch ${this.epochs.length} is assigned`);
  }

  epochAt(epoch: number): CatalogEpoch {
    const found = this.epochs[epoch - 1];
    if (found === undefined) throw new Error(`There is no epoch ${epoch}.`);
    return found;
  }

  snapshot(epoch: number): CatalogChange[] {
    const latest = new Map<string, CatalogChange>();
    for (const { changes } of this.epochs.slice(0, epoch)) {
      for (const change of changes) latest.set(changeKey(change), change);
    }
    return [...latest.values()];
  }

  findUnfinished(request: CloseRequest): PeriodClose | undefined {
    return this.unfinishedCloses().find(
      ({ tenant, through }) => tenant === request.tenant && through === request.through,
    );
  }

  insertClose({ request, cut, cutAfterMs }: OpenedClose): PeriodClose {
    const close: PeriodClose = {
      ...request,
      id: `close-${this.closes.size + 1}`,
      status: 'queued',
      cut,
      catalogEpoch: this.epochs.length,
      halted: [],
      subscriptionsDone: 0,
      subscriptionsTotal: 0,
      invoices: 0,
      totals: {},
    };
    this.closes.set(close.id, close);
    this.#wake();
    this.#cutAfterMs.set(close.id, cutAfterMs);
    this.#loop.note(
      () =>
        `${close.id} through ${request.through}: cut ${cut.offsets.join()}, epoch ${close.catalogEpoch}`,
    );
    return close;
  }

  unfinishedCloses(): PeriodClose[] {
    return [...this.closes.values()].filter(
      ({ status }) => status === 'queued' || status === 'running',
    );
  }

  updateClose(close: PeriodClose, update: CloseUpdate): PeriodClose {
    const updated = { ...(this.closes.get(close.id) ?? close), ...update };
    this.closes.set(close.id, updated);
    if (update.status !== undefined) this.#loop.note(() => `${close.id} is ${updated.status}`);
    return updated;
  }

  meters(epoch: number): MeterChange[] {
    return this.snapshot(epoch).filter((change) => change.kind === 'meter');
  }

  /** A function of the job's epoch and of what is invoiced. */
  dueInstants(close: PeriodClose, after: DueCursor | null, limit: number): DueInstant[] {
    const changes = this.snapshot(close.catalogEpoch);
    return changes
      .filter((change) => change.kind === 'subscription')
      .flatMap((subscription) => this.#nextDue(subscription, changes, close))
      .sort(
        (left, right) =>
          left.instant - right.instant || (left.subscription < right.subscription ? -1 : 1),
      )
      .filter(
        ({ instant, subscription }) =>
          after === null ||
          instant > after.instant ||
          (instant === after.instant && subscription > after.subscription),
      )
      .slice(0, limit);
  }

  issue(close: PeriodClose, drafts: readonly InvoiceDraft[]): void {
    for (const draft of drafts) {
      const { subscription, instant } = draft.due;
      if (this.uniqueInvoices && this.#isInvoiced(subscription, instant)) continue;
      this.invoices.push({
        number: this.invoices.length + 1,
        issuedAtMs: this.#loop.nowMs,
        cutAfterMs: this.#cutAfterMs.get(close.id) ?? -Infinity,
        close,
        draft,
        text: JSON.stringify(draft),
      });
      this.#loop.note(
        () => `invoice ${this.invoices.length} of ${subscription} at ${instant} by ${close.id}`,
      );
      this.#bill(close, draft);
    }
  }

  #bill(close: PeriodClose, draft: InvoiceDraft): void {
    const changes = this.snapshot(close.catalogEpoch);
    const { subscription } = draft.due;
    const own = changes.find(
      (change) => change.kind === 'subscription' && change.subscription === subscription,
    );
    const periods = own?.kind === 'subscription' ? periodsOf(own, changes) : [];
    for (const { periodFrom, amounts } of draft.billed) {
      const key = `${subscription}/${periodFrom}`;
      const period = periods.find(({ from }) => from === periodFrom);
      if (period === undefined) throw new Error(`${key} is no period.`);
      const billed = { ...this.#billed.get(key)?.billed, ...amounts };
      this.#billed.set(key, { period, billedCut: close.cut, billed });
    }
  }

  #nextDue(
    own: SubscriptionChange,
    changes: readonly CatalogChange[],
    close: PeriodClose,
  ): DueInstant[] {
    const { subscription, customer } = own;
    const periods = periodsOf(own, changes);
    const ending = periods.findIndex(({ to }) => !this.#isInvoiced(subscription, to));
    const period = periods[ending];
    if (period === undefined || period.to > close.through) return [];
    return [
      {
        tenant: close.tenant,
        subscription,
        customer,
        timeZone: 'UTC',
        instant: period.to,
        revision: 1,
        ending: period,
        starting: periods[ending + 1] ?? null,
        closed: periods
          .slice(0, ending)
          .flatMap(({ from }) => this.#billed.get(`${subscription}/${from}`) ?? []),
      },
    ];
  }

  #isInvoiced(subscription: string, instant: number): boolean {
    return this.invoices.some(
      ({ draft }) => draft.due.subscription === subscription && draft.due.instant === instant,
    );
  }

  #grantNext(): void {
    if (this.#holder !== null) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const transaction: LockedTransaction = { aborted: false };
    this.#holder = transaction;
    next.grant(transaction);
    this.#watch(transaction, next.owner);
  }

  /** A connection whose process is gone, or does nothing for too long, loses its transaction. */
  #watch(transaction: LockedTransaction, owner: SimulatedProcess): void {
    const sinceMs = this.#loop.nowMs;
    const look = (): void => {
      if (this.#holder !== transaction) return;
      if (owner.isRunning && this.#loop.nowMs - sinceMs < transactionMsMax) {
        this.#loop.after(idleTransactionMs, `lock of ${owner.name}`, look);
        return;
      }
      this.#loop.note(() => `the transaction of ${owner.name} is aborted`);
      transaction.aborted = true;
      this.#release(transaction);
    };
    this.#loop.after(idleTransactionMs, `lock of ${owner.name}`, look);
  }

  #release(transaction: LockedTransaction): void {
    if (this.#holder !== transaction) return;
    this.#holder = null;
    this.#grantNext();
  }

  rollback(transaction: LockedTransaction): void {
    this.#release(transaction);
  }
}

/** Billing periods with the terms in force, as the control plane has them. */
function periodsOf(own: SubscriptionChange, changes: readonly CatalogChange[]): DuePeriod[] {
  const terms = (phase: SubscriptionChange['phases'][number] | undefined) => {
    const plan = changes.find(
      (change) =>
        change.kind === 'plan-version' &&
        change.plan === phase?.plan &&
        change.version === phase.version,
    );
    if (plan?.kind !== 'plan-version') throw new Error('A phase names an unknown plan.');
    const { plan: key, version, currency, charges } = plan;
    return { plan: key, version, name: key, currency, charges, minimum: null, maximum: null };
  };
  return own.boundaries.slice(0, -1).map((from, number): DuePeriod => {
    const to = own.boundaries[number + 1] ?? from;
    const first = own.phases.findLast((phase) => phase.from <= from) ?? own.phases[0];
    const inside = own.phases.filter((phase) => phase.from > from && phase.from < to);
    return {
      from,
      to,
      plan: terms(first),
      ...(inside.length > 0 && {
        changes: inside.map((phase) => ({ from: phase.from, plan: terms(phase) })),
      }),
    };
  });
}

function changeKey(change: CatalogChange): string {
  switch (change.kind) {
    case 'meter':
      return `meter ${change.key}@${change.version}`;
    case 'plan-version':
      return `plan ${change.plan}@${change.version}`;
    case 'subscription':
      return `subscription ${change.subscription}`;
  }
}
