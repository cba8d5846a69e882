/** Commands on subscriptions: create, change the plan, pause, resume, cancel. One customer's commands wait for one another. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import { assert } from '@tidemark/platform/errors';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import { recordChanges } from '../catalog/catalog-changes.ts';
import type { Changed } from '../catalog/meter-store.ts';
import type { Plan } from '../catalog/plan.ts';
import type { PlanStore } from '../catalog/plan-store.ts';
import type { Customer } from '../customers/customer.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import type { CreateId } from '../identifiers/ulid.ts';
import { invalidCommand, stateForbids } from '../problems.ts';
import { createBoundaryWriter } from './boundaries.ts';
import { insertSubscriptions } from './insert-subscriptions.ts';
import { assertNoOverlap, intervalsOf } from './live-intervals.ts';
import { extensionOf, refreshNextInstants } from './periods.ts';
import { checkChange, checkCurrency, prepareSubscription } from './prepare-subscription.ts';
import { readBoundaries, readSubscription, readSubscriptionsOf } from './subscription-rows.ts';
import { changeOf, isPaused, phaseAt } from './subscription.ts';
import type {
  CancelCommand,
  ChangeCommand,
  Effective,
  Phase,
  Subscription,
  SubscriptionCommand,
  SubscriptionEvent,
  SuspendCommand,
} from './subscription.ts';

export interface SubscriptionCommandsOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly createId: CreateId;
  readonly customers: CustomerStore;
  readonly plans: PlanStore;
}

/** Who gives the command. */
export interface Caller {
  readonly tenant: string;
  readonly keyId: string | null;
}

/** Carries the result of a previewed command out of its transaction, which is rolled back. */
class PreviewDone extends Error {
  readonly subscription: Subscription;

  constructor(subscription: Subscription) {
    super('preview');
    this.subscription = subscription;
  }
}

export class SubscriptionCommands {
  readonly #options: SubscriptionCommandsOptions;

  constructor(options: SubscriptionCommandsOptions) {
    this.#options = options;
  }

  async create(caller: Caller, command: SubscriptionCommand): Promise<Changed<Subscription>> {
    const { clock, createId, database } = this.#options;
    return database.transaction(async (connection) => {
      const now = clock.now();
      const customer = await this.#lockCustomer(connection, caller.tenant, command.customer);
      const plan = await this.#readPlan(connection, caller.tenant, command);
      const prepared = prepareSubscription({
        id: createId('sub_'),
        command,
        customer,
        plan,
        now,
        writeBoundaries: createBoundaryWriter(),
      });
      await this.#checkOverlap(connection, caller.tenant, prepared, now);
      const ticket = await insertSubscriptions(connection, { ...caller, now, createId }, [
        prepared,
      ]);
      return {
        result: await readSubscription(connection, caller.tenant, prepared.id, now),
        ticket,
      };
    });
  }

  /** Ends a subscription: at an instant, now, or with the current period. What is billed already stays billed. */
  async cancel(caller: Caller, id: string, command: CancelCommand): Promise<Changed<Subscription>> {
    return this.#command(caller, id, command.preview ?? false, async (context) => {
      const { connection, now, subscription } = context;
      const asked = await this.#instantOf(context, command.effective ?? 'period_end');
      const endsAt = Math.max(asked, subscription.startsAt);
      if (subscription.endsAt !== null && endsAt >= subscription.endsAt) {
        if (endsAt === subscription.endsAt) return null;
        throw stateForbids('api/subscription-ended', 'The subscription ends before that instant.');
      }
      await this.#checkUnbilled(context, endsAt);
      const boundaries = await readBoundaries(connection, caller.tenant, id);
      await connection.query(
        `update subscriptions set ends_at = $3::timestamptz, extend_at = $4::timestamptz,
           updated_at = $5::timestamptz where tenant = $1 and subscription = $2`,
        [
          caller.tenant,
          id,
          formatInstant(endsAt),
          textOf(extensionOf(boundaries, endsAt)),
          formatInstant(now),
        ],
      );
      // A phase that would begin at or after the end never does.
      await connection.query(
        `delete from subscription_phases where tenant = $1 and subscription = $2
           and starts_at >= $3::timestamptz and starts_at > $4::timestamptz`,
        [caller.tenant, id, formatInstant(endsAt), formatInstant(subscription.startsAt)],
      );
      await this.#record(context, { kind: 'cancelled', effectiveAt: endsAt, details: {} });
      return boundaries;
    });
  }

  /** Moves a subscription to another plan or version from an instant on; inside a period that opens a segment. */
  async change(caller: Caller, id: string, command: ChangeCommand): Promise<Changed<Subscription>> {
    return this.#command(caller, id, command.preview ?? false, async (context) => {
      const { connection, subscription } = context;
      const from = Math.max(
        await this.#instantOf(context, command.effective ?? 'period_end'),
        subscription.startsAt,
      );
      const plan = await this.#readPlan(connection, caller.tenant, command);
      checkChange(subscription, plan, from);
      checkCurrency(context.customer, plan);
      await this.#checkUnbilled(context, from);
      return this.#beginPhase(context, 'changed', {
        from,
        plan: plan.key,
        version: plan.version,
      });
    });
  }

  /** Charges nothing from an instant on until it is resumed; usage in between is stored and stays free. */
  async pause(caller: Caller, id: string, command: SuspendCommand): Promise<Changed<Subscription>> {
    return this.#command(caller, id, command.preview ?? false, async (context) => {
      const { current, from } = await this.#phaseToLeave(context, command);
      if (isPaused(current)) {
        throw stateForbids('api/subscription-paused', 'The subscription is paused then.');
      }
      const plan = await this.#readPlan(context.connection, caller.tenant, {
        plan: current.plan,
        planVersion: current.version,
      });
      await this.#options.plans.writePausedVersion(context.connection, caller.tenant, plan);
      return this.#beginPhase(context, 'paused', { ...current, from, version: -current.version });
    });
  }

  /** Goes on with the version that was paused. */
  async resume(
    caller: Caller,
    id: string,
    command: SuspendCommand,
  ): Promise<Changed<Subscription>> {
    return this.#command(caller, id, command.preview ?? false, async (context) => {
      const { current, from } = await this.#phaseToLeave(context, command);
      if (!isPaused(current)) {
        throw stateForbids('api/subscription-not-paused', 'The subscription is not paused then.');
      }
      return this.#beginPhase(context, 'resumed', { ...current, from, version: -current.version });
    });
  }

  /** The phase in force at the instant that the command names. */
  async #phaseToLeave(
    context: CommandContext,
    command: SuspendCommand,
  ): Promise<{ readonly current: Phase; readonly from: Instant }> {
    const { subscription } = context;
    const asked = await this.#instantOf(context, command.effective ?? 'now');
    const from = Math.max(asked, subscription.startsAt);
    if (subscription.endsAt !== null && from >= subscription.endsAt) {
      throw stateForbids('api/subscription-ended', 'The subscription ends before that instant.');
    }
    await this.#checkUnbilled(context, from);
    const current = phaseAt(subscription.phases, from);
    assert(current !== undefined, 'A subscription has a phase.');
    return { current, from };
  }

  /** Ends what is in force at the start of the phase, and drops what was to come after it. */
  async #beginPhase(
    context: CommandContext,
    kind: SubscriptionEvent['kind'],
    phase: Phase,
  ): Promise<readonly Instant[]> {
    const { caller, connection, now, subscription } = context;
    const { from, plan, version } = phase;
    const { tenant } = caller;
    const { id } = subscription;
    const phases = [...subscription.phases.filter((other) => other.from < from), phase];
    await this.#checkOverlap(connection, tenant, { ...subscription, phases }, now);
    await connection.query(
      `delete from subscription_phases where tenant = $1 and subscription = $2 and starts_at >= $3::timestamptz`,
      [tenant, id, formatInstant(from)],
    );
    await connection.query(
      `insert into subscription_phases (tenant, subscription, starts_at, plan, plan_version)
       values ($1, $2, $3::timestamptz, $4, $5)`,
      [tenant, id, formatInstant(from), plan, version],
    );
    await connection.query(
      `update subscriptions set plan = $3, updated_at = $4::timestamptz where tenant = $1 and subscription = $2`,
      [tenant, id, plan, formatInstant(now)],
    );
    const details = { plan, version: Math.abs(version) };
    await this.#record(context, { kind, effectiveAt: from, details });
    return readBoundaries(connection, tenant, id);
  }

  /** Runs a command under the customer's lock; `null` from it: nothing changed. A preview is rolled back. */
  async #command(
    caller: Caller,
    id: string,
    preview: boolean,
    run: (context: CommandContext) => Promise<readonly Instant[] | null>,
  ): Promise<Changed<Subscription>> {
    const { clock, database } = this.#options;
    try {
      return await database.transaction(async (connection) => {
        const now = clock.now();
        const { tenant } = caller;
        const { customer: key } = await readSubscription(connection, tenant, id, now);
        const customer = await this.#lockCustomer(connection, tenant, key);
        // Read again: another command may have come first. The row's lock keeps a period close out.
        await connection.query(
          'select subscription from subscriptions where tenant = $1 and subscription = $2 for update',
          [tenant, id],
        );
        const subscription = await readSubscription(connection, tenant, id, now);
        const boundaries = await run({ connection, caller, customer, now, subscription });
        if (boundaries === null) return { result: subscription, ticket: null };
        await refreshNextInstants(connection, tenant, [id]);
        const result = await readSubscription(connection, tenant, id, now);
        const change = changeOf(tenant, result, boundaries);
        if (preview) throw new PreviewDone(result);
        return { result, ticket: await recordChanges(connection, [change], now) };
      });
    } catch (thrown) {
      if (thrown instanceof PreviewDone) return { result: thrown.subscription, ticket: null };
      throw thrown;
    }
  }

  async #lockCustomer(connection: SqlConnection, tenant: string, key: string): Promise<Customer> {
    await connection.query(
      'select customer from customers where tenant = $1 and customer = $2 for update',
      [tenant, key],
    );
    const customer = (await this.#options.customers.findMany(connection, tenant, [key])).get(key);
    if (customer === undefined) throw unknownReference('customer', key);
    return customer;
  }

  async #readPlan(
    connection: SqlConnection,
    tenant: string,
    { plan: key, planVersion }: { plan: string; planVersion?: number | undefined },
  ): Promise<Plan> {
    const plan = await this.#options.plans.find(connection, tenant, key, planVersion);
    if (plan === null) throw unknownReference('plan', key);
    return plan;
  }

  async #checkOverlap(
    connection: SqlConnection,
    tenant: string,
    subscription: Pick<Subscription, 'id' | 'customer' | 'endsAt' | 'phases'>,
    now: Instant,
  ): Promise<void> {
    const all = await readSubscriptionsOf(connection, tenant, [subscription.customer], now);
    const others = all.filter(({ id }) => id !== subscription.id);
    assertNoOverlap(
      subscription.customer,
      others.flatMap(({ phases, endsAt }) => intervalsOf(phases, endsAt)),
      intervalsOf(subscription.phases, subscription.endsAt),
    );
  }

  async #instantOf(context: CommandContext, effective: Effective): Promise<Instant> {
    const { connection, caller, now, subscription } = context;
    if (effective === 'now') return now;
    if (effective !== 'period_end') return effective;
    const [row] = await connection.query<{ ends_at: Instant }>(
      `select ends_at from billing_periods where tenant = $1 and subscription = $2
         and ends_at > $3::timestamptz order by number limit 1`,
      [caller.tenant, subscription.id, formatInstant(Math.max(now, subscription.startsAt))],
    );
    if (row !== undefined) return row.ends_at;
    throw stateForbids('api/subscription-ended', 'The subscription has no current period.');
  }

  /** What an invoice covers cannot be taken back by a change of the subscription. */
  async #checkUnbilled(context: CommandContext, from: Instant): Promise<void> {
    const { connection, caller, subscription } = context;
    const [row] = await connection.query<{ instant: Instant | null }>(
      'select max(instant) as instant from invoices where tenant = $1 and subscription = $2',
      [caller.tenant, subscription.id],
    );
    const billed = row?.instant ?? null;
    if (billed === null || from >= billed) return;
    throw invalidCommand(
      'api/already-billed',
      `The subscription is billed up to ${formatInstant(billed)}; take an instant from there on.`,
    );
  }

  async #record(
    { connection, caller, now, subscription }: CommandContext,
    event: Pick<SubscriptionEvent, 'kind' | 'effectiveAt' | 'details'>,
  ): Promise<void> {
    await connection.query(
      `insert into subscription_events (tenant, subscription, event, kind, recorded_at, effective_at, key_id, details)
       values ($1, $2, $3, $4, $5::timestamptz, $6::timestamptz, $7, $8::jsonb)`,
      [
        caller.tenant,
        subscription.id,
        this.#options.createId('sev_'),
        event.kind,
        formatInstant(now),
        formatInstant(event.effectiveAt),
        caller.keyId,
        JSON.stringify(event.details),
      ],
    );
  }
}

interface CommandContext {
  readonly connection: SqlConnection;
  readonly caller: Caller;
  readonly customer: Customer;
  readonly now: Instant;
  readonly subscription: Subscription;
}

/** 422 where a command names something that does not exist; 404 is for the address itself. */
function unknownReference(what: 'customer' | 'plan', key: string): Error {
  return invalidCommand(`api/unknown-${what}`, `There is no ${what} "${key}".`, [
    { path: what, message: `names no ${what}` },
  ]);
}

function textOf(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
