import type { Plan } from '../catalog/plan.ts';
import type { Customer } from '../customers/customer.ts';
import { invalidCommand } from '../problems.ts';
import { createBoundaryWriter } from '../subscriptions/boundaries.ts';
import { insertSubscriptions } from '../subscriptions/insert-subscriptions.ts';
import type { PreparedSubscription } from '../subscriptions/insert-subscriptions.ts';
import { assertNoOverlap, intervalsOf } from '../subscriptions/live-intervals.ts';
import type { LiveInterval } from '../subscriptions/live-intervals.ts';
import { prepareSubscription } from '../subscriptions/prepare-subscription.ts';
import { readSubscriptionsOf } from '../subscriptions/subscription-rows.ts';
import type { Subscription, SubscriptionCommand } from '../subscriptions/subscription.ts';
import type { ApplyContext, SectionResult } from './apply-context.ts';
import type { CatalogDifference } from './catalog-file.ts';

/**
 * A subscription of the file is the stored one of the same customer, plan and start (any living one where the file names no
 * start). One that exists is never changed by a file: change and cancel are commands of their own.
 */
export async function applySubscriptions(
  context: ApplyContext,
  commands: readonly SubscriptionCommand[],
): Promise<SectionResult> {
  if (commands.length === 0) return { changes: [], ticket: null };
  const known = await readKnown(context, commands);
  const writeBoundaries = createBoundaryWriter();
  const changes: CatalogDifference[] = [];
  const prepared: PreparedSubscription[] = [];
  for (const [index, command] of commands.entries()) {
    const key = `${command.customer}/${command.plan}`;
    const customer = required(
      known.customers.get(command.customer),
      index,
      'customer',
      command.customer,
    );
    const plan = required(known.plans.get(planKey(command)), index, 'plan', command.plan);
    const existing = findExisting(
      known.subscriptions.get(customer.key) ?? [],
      command,
      context.now,
    );
    if (existing !== undefined) {
      refuseDifference(existing, command, index);
      changes.push({ kind: 'subscription', key, action: 'unchanged' });
      continue;
    }
    const id = context.createId('sub_');
    const added = prepareSubscription({
      id,
      command,
      customer,
      plan,
      now: context.now,
      writeBoundaries,
    });
    const intervals = known.intervals.get(customer.key) ?? [];
    const own = intervalsOf(added.phases, added.endsAt);
    assertNoOverlap(customer.key, intervals, own);
    known.intervals.set(customer.key, [...intervals, ...own]);
    prepared.push(added);
    changes.push({ kind: 'subscription', key, action: 'create' });
  }
  const { caller, connection, createId, now } = context;
  return {
    changes,
    ticket: await insertSubscriptions(connection, { ...caller, now, createId }, prepared),
  };
}

interface Known {
  readonly customers: ReadonlyMap<string, Customer>;
  readonly plans: ReadonlyMap<string, Plan>;
  readonly subscriptions: ReadonlyMap<string, readonly Subscription[]>;
  /** Grows by what the file adds. */
  readonly intervals: Map<string, readonly LiveInterval[]>;
}

async function readKnown(
  { caller, connection, customers, now, plans }: ApplyContext,
  commands: readonly SubscriptionCommand[],
): Promise<Known> {
  const { tenant } = caller;
  const keys = [...new Set(commands.map(({ customer }) => customer))].sort();
  await connection.query(
    'select customer from customers where tenant = $1 and customer = any($2::text[]) order by customer for update',
    [tenant, keys],
  );
  const found = new Map<string, Plan>();
  for (const command of commands) {
    if (found.has(planKey(command))) continue;
    const plan = await plans.find(connection, tenant, command.plan, command.planVersion);
    if (plan !== null) found.set(planKey(command), plan);
  }
  const all = await readSubscriptionsOf(connection, tenant, keys, now);
  const subscriptions = Map.groupBy(all, ({ customer }) => customer);
  return {
    customers: await customers.findMany(connection, tenant, keys),
    plans: found,
    subscriptions,
    intervals: new Map(
      [...subscriptions].map(([customer, list]) => [
        customer,
        list.flatMap(({ phases, endsAt }) => intervalsOf(phases, endsAt)),
      ]),
    ),
  };
}

function planKey({ plan, planVersion }: SubscriptionCommand): string {
  return `${plan}@${planVersion ?? 'latest'}`;
}

function findExisting(
  subscriptions: readonly Subscription[],
  command: SubscriptionCommand,
  now: number,
): Subscription | undefined {
  const ofPlan = subscriptions.filter(({ phases }) =>
    phases.some(({ plan }) => plan === command.plan),
  );
  if (command.startsAt !== undefined) {
    return ofPlan.find(({ startsAt }) => startsAt === command.startsAt);
  }
  return ofPlan.find(({ endsAt }) => endsAt === null || endsAt > now);
}

function refuseDifference(
  existing: Subscription,
  command: SubscriptionCommand,
  index: number,
): void {
  const differs =
    (command.endsAt !== undefined && command.endsAt !== existing.endsAt && 'endsAt') ||
    (command.anchor !== undefined && command.anchor !== existing.anchor && 'anchor');
  if (differs === false) return;
  const message = `The subscription ${existing.id} has another ${differs}; change or cancel it by its own commands.`;
  throw invalidCommand('api/subscription-differs', message, [
    { path: `subscriptions[${index}].${differs}`, message },
  ]);
}

function required<Value>(
  value: Value | undefined,
  index: number,
  what: 'customer' | 'plan',
  key: string,
): Value {
  if (value !== undefined) return value;
  throw invalidCommand(`api/unknown-${what}`, `There is no ${what} "${key}".`, [
    { path: `subscriptions[${index}].${what}`, message: `names no ${what}` },
  ]);
}
