/**
 * Changes the catalog while usage flows: new prices inside a day, customers whose subscription comes after their usage,
 * meters that nobody uses. Keeps what the product has confirmed, as a customer would.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isoOf, quartersPerDay } from './calendar.ts';
import type { RoundCalendar } from './calendar.ts';
import type { ChaosApi } from './chaos-api.ts';
import { createPlan, meterDocuments, planDocument } from './price-book.ts';
import type { ChaosPlan, PlanPhase } from './price-book.ts';
import type { Random } from './random.ts';

export interface ChangerOptions {
  readonly api: ChaosApi;
  readonly calendar: RoundCalendar;
  readonly random: Random;
  readonly customers: readonly string[];
  /** Mean pause between changes. */
  readonly gapMs: number;
  readonly today: () => number;
}

interface SubscriptionDocument {
  readonly id: string;
  readonly customer: string;
  readonly phases: readonly { readonly from: string; readonly plan: string }[];
}

export class CatalogChanger {
  /** Of subscribed customers, ascending. */
  readonly phases = new Map<string, PlanPhase[]>();
  changes = 0;
  refused = 0;
  readonly #options: ChangerOptions;
  readonly #subscriptions = new Map<string, string>();
  #plans = 0;

  constructor(options: ChangerOptions) {
    this.#options = options;
  }

  /** Meters, a plan, all customers, and subscriptions of the first two thirds of them. */
  async begin(): Promise<void> {
    const { api, customers, random } = this.#options;
    const plan = createPlan(this.#nextKey(), random);
    await this.#apply({
      meters: meterDocuments,
      plans: [planDocument(plan)],
      customers: customers.map((key) => ({ key, name: key, currency: 'USD' })),
    });
    await this.#subscribe(customers.slice(0, Math.ceil((customers.length * 2) / 3)), plan);
    if ((await api.list('/v1/subscriptions')).length === 0) throw new Error('Nobody subscribed.');
  }

  async run(signal: AbortSignal): Promise<void> {
    const { gapMs, random } = this.#options;
    while (!signal.aborted) {
      await delay(gapMs * (0.5 + random.next()), undefined, { signal }).catch(() => undefined);
      if ((signal as { aborted: boolean }).aborted) return;
      const kind = random.pick(['price', 'price', 'customer', 'meter'] as const);
      if (kind === 'price') await this.#changePrice();
      else if (kind === 'customer') await this.#subscribeOneMore();
      else await this.#addMeter();
    }
  }

  /** Everyone who is not subscribed yet, so that all usage has a price. */
  async finish(): Promise<void> {
    const { customers, random } = this.#options;
    const rest = customers.filter((customer) => !this.phases.has(customer));
    if (rest.length === 0) return;
    const plan = createPlan(this.#nextKey(), random);
    await this.#apply({ plans: [planDocument(plan)] });
    await this.#subscribe(rest, plan);
  }

  async #changePrice(): Promise<void> {
    const { api, calendar, random, today } = this.#options;
    const plan = createPlan(this.#nextKey(), random);
    await this.#apply({ plans: [planDocument(plan)] });
    const customer = random.pick([...this.phases.keys()]);
    const id = this.#subscriptions.get(customer) as string;
    // Far enough ahead that the day is not billed before a call that is repeated for long succeeds.
    const day = Math.min(today() + 3, calendar.daysMax - 1);
    const quarter = random.below(quartersPerDay);
    const fromQuarter = day * quartersPerDay + quarter;
    const effective = isoOf(calendar, day, quarter);
    const body = { plan: plan.key, effective };
    const { status } = await api.post(`/v1/subscriptions/${id}/change`, body);
    this.changes += 1;
    if (status >= 300 && !(await this.#isOnPlan(id, plan))) {
      this.refused += 1;
      return;
    }
    const before = (this.phases.get(customer) ?? []).filter(
      (phase) => phase.fromQuarter < fromQuarter,
    );
    this.phases.set(customer, [...before, { fromQuarter, plan }]);
  }

  /** A command may have acted although its answer was lost and its repetition was refused. */
  async #isOnPlan(id: string, plan: ChaosPlan): Promise<boolean> {
    const { body } = await this.#options.api.get(`/v1/subscriptions/${id}`);
    return (body as SubscriptionDocument).phases.some((phase) => phase.plan === plan.key);
  }

  async #subscribeOneMore(): Promise<void> {
    const { customers, random } = this.#options;
    const customer = customers.find((key) => !this.phases.has(key));
    if (customer === undefined) return;
    const plan = createPlan(this.#nextKey(), random);
    await this.#apply({ plans: [planDocument(plan)] });
    await this.#subscribe([customer], plan);
    this.changes += 1;
  }

  async #subscribe(customers: readonly string[], plan: ChaosPlan): Promise<void> {
    const { api, calendar } = this.#options;
    const startsAt = isoOf(calendar, 0);
    await this.#apply({
      subscriptions: customers.map((customer) => ({ customer, plan: plan.key, startsAt })),
    });
    for (const item of await api.list('/v1/subscriptions')) {
      const { customer, id } = item as SubscriptionDocument;
      this.#subscriptions.set(customer, id);
    }
    for (const customer of customers) this.phases.set(customer, [{ fromQuarter: 0, plan }]);
  }

  async #addMeter(): Promise<void> {
    const key = `unused-${(this.changes += 1)}`;
    await this.#apply({ meters: [{ key, eventType: 'nothing', aggregation: 'count' }] });
  }

  async #apply(catalog: unknown): Promise<void> {
    const { status, body } = await this.#options.api.post('/v1/catalog/apply', catalog);
    if (status >= 300)
      throw new Error(`The catalog was refused: ${status} ${JSON.stringify(body)}`);
  }

  #nextKey(): string {
    this.#plans += 1;
    return `plan-${this.#plans}`;
  }
}
