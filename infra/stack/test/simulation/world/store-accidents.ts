/** Accidents of the store and the control plane. */
import type { Accident } from '../scenario/accidents.ts';
import { subscriptionChange } from '../scenario/terms.ts';
import type { StoredRow } from '../fakes/store-tables.ts';
import type { AccidentScene } from './accident-scene.ts';
import { partitionOfCustomer } from './clients.ts';

export class StoreAccidents {
  readonly #scene: AccidentScene;
  #mend: () => void = () => undefined;
  /** What the close must tell; `null` where it must have written the rows again. */
  #due: string | null = null;

  constructor(scene: AccidentScene) {
    this.#scene = scene;
  }

  /** An acknowledged row is gone, and a copy of its event comes again. */
  async lostAtStart(table: 'event_owners' | 'usage_events'): Promise<void> {
    const { world, clients, fleet } = this.#scene;
    const event = this.#scene.probe(world.scenario.customers[0] ?? '');
    const partition = partitionOfCustomer(world, event.customer);
    await clients.sendEvents([event]);
    await this.#scene.rated(partition);
    await this.#scene.withoutRaters();
    const { tables } = world.store;
    const stored = tables
      .table('usage_events')
      .rows(true)
      .find((row) => row['id'] === event.id);
    // Copies of other rows would hide the loss from a count.
    tables.merge();
    const removed = tables.table(table).remove((row) => isAt(row, stored));
    fleet.startRaters();
    await this.#scene.halted('rater/counts-differ', partition);
    if (this.#scene.violations.length === 0) {
      for (const row of removed) tables.table(table).land(row);
      fleet.startRaters();
    }
    await clients.sendEvents([event]);
  }

  /** A control plane that lags behind answers an epoch without its last change. */
  async otherCatalog(): Promise<void> {
    const { world, fleet } = this.#scene;
    const { loop, plane, scenario, truth } = world;
    const terms = {
      subscription: 'extra',
      customer: scenario.customers[0] ?? '',
      boundaries: scenario.boundaries,
      phases: [{ from: scenario.boundaries[0] ?? 0, plan: 'base', version: 1 }],
    };
    const change = subscriptionChange(terms);
    // Plans come with the first epoch.
    while (plane.acknowledged === 0) await loop.pause(5000, 'waits for the first epoch');
    world.distortCatalog = (changes) =>
      changes.filter((own) => own.kind !== 'subscription' || own.subscription !== 'extra');
    plane.record('extra', [change], Infinity);
    truth.subscriptions.set(terms.subscription, terms);
    await this.#scene.halted('rater/catalog-differs', partitionOfCustomer(world, terms.customer));
    if (this.#scene.violations.length > 0) return;
    world.distortCatalog = null;
    fleet.startRaters();
  }

  /** What a close must find; false where there is nothing that could be lost. */
  strike({ kind, at }: Accident): boolean {
    switch (kind) {
      case 'lost-event':
        return this.#loseEvent(at, null);
      case 'lost-outcome':
        return this.#loseOutcome(at);
      case 'altered-event':
        return this.#loseEvent(at, 'altered');
      case 'lost-total':
        return this.#loseTotal(at);
      case 'wrong-sum':
        return this.#addWrongly();
      default:
        return false;
    }
  }

  /** The close must have told of it, and the row is put back; or it must be there again. */
  mend(close: string): void {
    const { violations, world } = this.#scene;
    const isTold =
      this.#due === null ||
      world.parts.some((part) => part.close === close && part.reason === this.#due);
    if (!isTold) violations.push(`due: ${close} does not tell of ${this.#due ?? ''}`);
    this.#mend();
  }

  #loseEvent(at: number, instead: 'altered' | null): boolean {
    const events = this.#scene.world.store.tables.table('usage_events');
    const lost = pick(events.rows(true), at);
    if (lost === undefined) return false;
    const removed = events.remove((row) => isAt(row, lost));
    if (instead === 'altered') {
      const hash = (lost['payload_hash'] as bigint) ^ 1n;
      events.land({
        ...lost,
        payload_hash: hash,
        data: '{"bytes":31337,"region":"eu","user":"u9"}',
      });
    }
    this.#expectRepair('usage_events', lost, ['audit-mismatch'], () => {
      events.remove((row) => isAt(row, lost));
      for (const row of removed) events.land(row);
    });
    return true;
  }

  #loseOutcome(at: number): boolean {
    const outcomes = this.#scene.world.store.tables.table('envelope_outcomes');
    const lost = pick(outcomes.rows(true), at);
    if (lost === undefined) return false;
    const key = outcomes.keyOf(lost);
    const removed = outcomes.remove((row) => outcomes.keyOf(row) === key);
    // Where nothing of the envelope was stored, no block tells of it.
    const due = ['audit-counts', ...(lost['stored'] === 0 ? [] : ['audit-mismatch'])];
    this.#expectRepair('envelope_outcomes', lost, due, () => {
      for (const row of removed) outcomes.land(row);
    });
    return true;
  }

  /** Of the period that is closed last, so that a close compares it. */
  #loseTotal(at: number): boolean {
    const totals = this.#scene.world.store.tables.table('charge_totals');
    const lastPeriod = this.#scene.world.scenario.boundaries.at(-2);
    const open = totals
      .rows(true)
      .filter((row) => row['period_start'] === lastPeriod && Number(row['events']) > 0);
    const lost = pick(open, at);
    if (lost === undefined) return false;
    const key = totals.keyOf(lost);
    const removed = totals.remove((row) => totals.keyOf(row) === key);
    this.#expect('totals-differ', () => {
      for (const row of removed) totals.land(row);
    });
    return true;
  }

  #addWrongly(): boolean {
    const { world } = this.#scene;
    const { boundaries } = world.scenario;
    const from = boundaries.at(-2) ?? 0;
    const through = boundaries.at(-1) ?? 0;
    const concerned = new Set(
      [...world.truth.subscriptions.values()].map(({ customer }) => customer),
    );
    const hasUsage = world.truth.events.some(
      ({ event }) => concerned.has(event.customer) && event.time >= from && event.time < through,
    );
    if (!hasUsage) return false;
    world.distortSums = (rows, tos) => {
      if (!tos.some((to) => to > from && to <= through)) return;
      for (const row of rows) {
        row['counts'] = (row['counts'] as string[]).map((count) => String(Number(count) + 1));
      }
    };
    this.#expect('totals-differ', () => {
      world.distortSums = null;
    });
    return true;
  }

  /** Closes that may, write the row again; the others tell. */
  #expectRepair(table: string, lost: StoredRow, due: readonly string[], mend: () => void): void {
    const { due: allDue, violations, world } = this.#scene;
    if (!world.scenario.repairs) {
      for (const reason of due) allDue.add(reason);
      this.#due = due[0] ?? null;
      this.#mend = mend;
      return;
    }
    this.#mend = () => {
      const rows = world.store.tables.table(table);
      const found = rows.rows(true).find((row) => rows.keyOf(row) === rows.keyOf(lost));
      if (found === undefined || !isSame(found, lost)) {
        violations.push(`lost: a row of ${table} was not written again`);
      }
    };
  }

  #expect(due: string, mend: () => void): void {
    this.#scene.due.add(due);
    this.#due = due;
    this.#mend = mend;
  }
}

function pick(rows: readonly StoredRow[], at: number): StoredRow | undefined {
  return rows[Math.floor(at * rows.length)];
}

function isSame(left: StoredRow, right: StoredRow): boolean {
  return Object.entries(left).every(([column, value]) => right[column] === value);
}

function isAt(row: StoredRow, other: StoredRow | undefined): boolean {
  return (
    other !== undefined &&
    row['incarnation'] === other['incarnation'] &&
    row['partition'] === other['partition'] &&
    row['offset'] === other['offset'] &&
    row['index'] === other['index']
  );
}
