/**
 * Whether a run kept its promises: every acknowledged event billed once and to the cent, totals equal to the bills, outcomes
 * that add up, and halts and alarms exactly where an accident made them due.
 */
import type { Progress } from '@tidemark/rater/ports';
import type { IssuedInvoice } from '../fakes/control-plane.ts';
import type { StoredRow } from '../fakes/store-tables.ts';
import type { SubscriptionTerms } from '../scenario/terms.ts';
import { centsOf, decimal, exactAmount, expectedLines, roundToCents } from './expected-bill.ts';
import type { ExpectedLine } from './expected-bill.ts';
import type { SentEvent, Truth } from './truth.ts';

export interface RunResult {
  readonly truth: Truth;
  readonly invoices: readonly IssuedInvoice[];
  /** The last billing instant that was closed. */
  readonly through: number;
  /** The newest row of each total, as live spend shows it. */
  readonly totals: readonly StoredRow[];
  readonly progress: readonly Pick<Progress, 'next' | 'counts'>[];
  /** Records of the log, per partition. */
  readonly ends: readonly number[];
  readonly deadReasons: readonly string[];
}

export function checkRun(result: RunResult): string[] {
  const violations: string[] = [];
  const fail = (text: string): void => {
    violations.push(text);
  };
  checkInvoices(result, fail);
  checkBills(result, fail);
  checkTotals(result, fail);
  checkOutcomes(result, fail);
  return violations;
}

type Fail = (text: string) => void;

/** Each invoice by itself, at the time when it was issued. */
function checkInvoices({ invoices, truth }: RunResult, fail: Fail): void {
  const seen = new Set<string>();
  invoices.forEach((invoice, position) => {
    const { draft, number } = invoice;
    const { subscription, instant } = draft.due;
    const key = `${subscription} at ${instant}`;
    if (seen.has(key)) fail(`twice: ${key} has two invoices`);
    seen.add(key);
    if (number !== position + 1) fail(`numbers: invoice ${position + 1} is numbered ${number}`);
    if (JSON.stringify(draft) !== invoice.text) fail(`changed: invoice ${number} after its issue`);
    const sum = draft.document.lines.reduce((total, { amount }) => total + centsOf(amount), 0n);
    if (sum !== centsOf(draft.document.total))
      fail(`cents: the lines of invoice ${number} do not add up`);
    const terms = truth.subscriptions.get(subscription);
    if (terms === undefined) fail(`unknown: invoice ${number} of ${subscription}`);
    else checkUsageLines(invoice, terms, truth, fail);
  });
}

/** What was acknowledged before the close began must be in it, nothing that was sent after it, and each amount fits. */
function checkUsageLines(
  { cutAfterMs, draft, issuedAtMs, number }: IssuedInvoice,
  terms: SubscriptionTerms,
  truth: Truth,
  fail: Fail,
): void {
  const inTime = truth.events.filter(
    ({ ackedAtMs }) => ackedAtMs !== null && ackedAtMs < cutAfterMs,
  );
  const possible = truth.events.filter(({ sentAtMs }) => sentAtMs < issuedAtMs);
  const least = expectedLines(terms, truth.meters, eventsOf(inTime), draft.due.instant);
  const most = expectedLines(terms, truth.meters, eventsOf(possible), draft.due.instant);
  for (const line of draft.document.lines) {
    if (line.kind !== 'usage') continue;
    const at = Date.parse(line.from) * 1000;
    const isThis = (expected: ExpectedLine): boolean =>
      expected.charge === line.charge && expected.from === at;
    const lower = least.find(isThis);
    const upper = most.find(isThis);
    const what = `invoice ${number}, ${terms.subscription} ${line.charge ?? ''} from ${line.from}`;
    if (lower === undefined || upper === undefined || line.quantity === null) {
      fail(`unknown: ${what} is no charge`);
      continue;
    }
    const quantity = decimal(line.quantity);
    if (quantity < lower.quantity)
      fail(`lost: ${what} bills ${line.quantity}, more was acknowledged`);
    if (quantity > upper.quantity) fail(`twice: ${what} bills ${line.quantity}, less was sent`);
    const cents = roundToCents(exactAmount(upper.price, quantity));
    if (cents !== centsOf(line.amount))
      fail(`cents: ${what} asks ${line.amount} for ${line.quantity}`);
  }
}

/** All invoices of a subscription together: each period and charge to the cent, late usage included. */
function checkBills({ invoices, through, truth }: RunResult, fail: Fail): void {
  const events = eventsOf(truth.events);
  for (const terms of truth.subscriptions.values()) {
    const billed = new Map<string, bigint>();
    for (const { draft } of invoices) {
      if (draft.due.subscription !== terms.subscription) continue;
      for (const { charge, from, amount } of draft.document.lines) {
        const key = `${charge ?? ''} ${periodOf(terms, Date.parse(from) * 1000)}`;
        billed.set(key, (billed.get(key) ?? 0n) + centsOf(amount));
      }
    }
    const expected = new Map<string, bigint>();
    for (const line of expectedLines(terms, truth.meters, events, through)) {
      const key = `${line.charge} ${periodOf(terms, line.from)}`;
      expected.set(key, (expected.get(key) ?? 0n) + line.cents);
    }
    for (const key of new Set([...billed.keys(), ...expected.keys()])) {
      const is = billed.get(key) ?? 0n;
      const should = expected.get(key) ?? 0n;
      if (is !== should) {
        fail(
          `${is < should ? 'lost' : 'twice'}: ${terms.subscription} ${key} is billed ${is} cents, not ${should}`,
        );
      }
    }
  }
}

/** The stream's totals are what the events say, at any time and so at the end. */
function checkTotals({ totals, truth }: RunResult, fail: Fail): void {
  const events = eventsOf(truth.events);
  const shown = new Map<string, StoredRow>();
  for (const row of totals) {
    const key = `${String(row['subscription'])} ${String(row['charge'])} ${String(row['segment_start'])}`;
    shown.set(key, row);
  }
  for (const terms of truth.subscriptions.values()) {
    for (const line of expectedLines(terms, truth.meters, events, Infinity)) {
      if (line.aggregation === null || line.aggregation === 'unique_count') continue;
      const key = `${terms.subscription} ${line.charge} ${line.from}`;
      const row = shown.get(key);
      shown.delete(key);
      if (Number(row?.['events'] ?? 0) !== line.events.length) {
        fail(`totals: ${key} counts ${String(row?.['events'])} events of ${line.events.length}`);
      } else if (row !== undefined && row['amount'] !== line.exact) {
        fail(`totals: ${key} shows ${String(row['amount'])}, not ${line.exact}`);
      }
    }
  }
  for (const [key, row] of shown) {
    if (Number(row['events']) > 0) fail(`totals: ${key} should not be`);
  }
}

function checkOutcomes({ deadReasons, ends, progress, truth }: RunResult, fail: Fail): void {
  let stored = 0;
  let conflict = 0;
  progress.forEach(({ counts, next }, partition) => {
    const { logged, duplicate, dead } = counts;
    if (logged !== counts.stored + duplicate + dead) {
      fail(`outcomes: partition ${partition}: ${JSON.stringify(counts)} does not add up`);
    }
    if (next !== ends[partition])
      fail(`outcomes: partition ${partition} stands at ${next} of ${ends[partition]}`);
    stored += counts.stored;
    conflict += counts.conflict;
  });
  if (stored !== truth.events.length) {
    fail(
      `${stored < truth.events.length ? 'lost' : 'twice'}: ${stored} events are stored of ${truth.events.length} sent`,
    );
  }
  if (conflict < truth.conflicts.size)
    fail(`outcomes: ${conflict} conflicts of ${truth.conflicts.size} are told of`);
  const tooOld = deadReasons.filter((reason) => reason === 'ingest/event-too-old').length;
  if (tooOld < truth.tooOld.size)
    fail(`outcomes: ${tooOld} events too old of ${truth.tooOld.size} are told of`);
}

function eventsOf(sent: readonly SentEvent[]): SentEvent['event'][] {
  return sent.map(({ event }) => event);
}

function periodOf({ boundaries }: SubscriptionTerms, time: number): number {
  return boundaries.findLastIndex((boundary) => boundary <= time);
}
