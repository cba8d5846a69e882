/** Burns credit grants by usage, in event order: a small simulation over the timeline of the grants. */
import { Rational, smallerOf, greaterOf } from '../../money/index.ts';
import type { RatingPeriod } from '../charge-rater.ts';
import { burnOrder, type Grant } from './grant.ts';
import { grantTimeline, type GrantEvent } from './timeline.ts';

export interface CreditsInput {
  readonly grants: readonly Grant[];
  /** In any order; uses at one instant are taken in the order given. None is negative. */
  readonly usage: readonly { readonly time: number; readonly amount: Rational }[];
  /** Usage outside it has not happened. */
  readonly period: RatingPeriod;
  readonly resets: readonly number[];
  /** A reset does not forget the overage. */
  readonly keepOverage: boolean;
  /** What no grant covered is taken from the next grant that starts, refills or rolls over. */
  readonly carryOverage: boolean;
  readonly openingOverage: Rational;
  /** What no grant covers takes the last living grant in the order below zero. */
  readonly overdraft: boolean;
  /** `refuse`: a use above the balance is refused as a whole. */
  readonly insufficient: 'overage' | 'refuse';
}

/** As it stands at `period.to`, after what that instant brings and before any use at it. */
export interface CreditsResult {
  /** By grant id; 0 for one that is not alive. */
  readonly balances: ReadonlyMap<string, Rational>;
  readonly consumed: ReadonlyMap<string, Rational>;
  readonly overage: Rational;
  /** Indices into `usage`, ascending. */
  readonly refused: readonly number[];
}

interface Account {
  readonly grant: Grant;
  alive: boolean;
  balance: Rational;
  consumed: Rational;
}

/**
 * Example: grants of 10 (priority 1) and 50 (priority 2), a use of 25: 10 come from the first and 15 from the second,
 * 0 and 35 are left.
 */
export function burnCredits(input: CreditsInput): CreditsResult {
  return new CreditBurn(input).run();
}

class CreditBurn {
  readonly #input: CreditsInput;
  /** In burn order. */
  readonly #accounts: Account[];
  readonly #accountOf: ReadonlyMap<Grant, Account>;
  /** In burn order; kept while nothing starts or expires. */
  #living: readonly Account[] = [];
  readonly #refused: number[] = [];
  #overage = Rational.zero;

  constructor(input: CreditsInput) {
    this.#input = input;
    this.#accounts = [...input.grants]
      .sort(burnOrder)
      .map((grant) => ({ grant, alive: false, balance: Rational.zero, consumed: Rational.zero }));
    this.#accountOf = new Map(this.#accounts.map((account) => [account.grant, account]));
  }

  run(): CreditsResult {
    const { grants, usage, period, resets, openingOverage } = this.#input;
    const timeline = grantTimeline([...grants].sort(burnOrder), resets, period);
    const uses = usage
      .map((use, index) => ({ ...use, index }))
      .filter(({ time }) => time >= period.from && time < period.to)
      .sort((left, right) => left.time - right.time);
    let next = 0;
    const advanceTo = (time: number, inclusive: boolean): void => {
      for (let event = timeline[next]; event !== undefined; event = timeline[next]) {
        if (event.time > time || (!inclusive && event.time === time)) return;
        this.#happen(event);
        next++;
      }
    };
    advanceTo(period.from, false);
    this.#overage = openingOverage;
    for (const use of uses) {
      advanceTo(use.time, true);
      this.#use(use.amount, use.index);
    }
    advanceTo(period.to, true);
    return this.#result();
  }

  #happen(event: GrantEvent): void {
    if (event.kind === 'reset') {
      this.#reset();
      return;
    }
    const account = this.#accountOf.get(event.grant);
    if (account === undefined) return;
    switch (event.kind) {
      case 'expiry':
        account.balance = Rational.zero;
        this.#live(account, false);
        return;
      case 'start':
        // A grant that expires no later than it starts is never alive.
        if ((account.grant.expiresAt ?? Infinity) <= event.time) return;
        account.balance = account.grant.amount;
        this.#live(account, true);
        break;
      case 'refill':
        account.balance = event.grant.refill?.amount ?? account.grant.amount;
        break;
    }
    this.#takeOverage(account);
  }

  /** Each living balance becomes what its rollover keeps; the overage is forgotten unless it is kept. */
  #reset(): void {
    if (!this.#input.keepOverage) this.#overage = Rational.zero;
    for (const account of this.#living) {
      const { rollover } = account.grant;
      account.balance =
        rollover === undefined
          ? Rational.zero
          : smallerOf(greaterOf(account.balance, rollover.min), rollover.max);
      this.#takeOverage(account);
    }
  }

  #takeOverage(account: Account): void {
    if (!this.#input.carryOverage || !this.#overage.isPositive) return;
    this.#overage = this.#overage.minus(take(account, this.#overage));
  }

  #use(amount: Rational, index: number): void {
    if (this.#input.insufficient === 'refuse' && this.#coverable(amount).isBelow(amount)) {
      this.#refused.push(index);
      return;
    }
    let left = amount;
    for (const account of this.#living) {
      left = left.minus(take(account, left));
      if (!left.isPositive) return;
    }
    const last = this.#input.overdraft ? this.#living.at(-1) : undefined;
    if (last === undefined) {
      this.#overage = this.#overage.plus(left);
      return;
    }
    last.balance = last.balance.minus(left);
    last.consumed = last.consumed.plus(left);
  }

  /** How much of a use the living grants would cover. */
  #coverable(amount: Rational): Rational {
    let left = amount;
    for (const { grant, balance } of this.#living) {
      if (!left.isPositive) break;
      left = left.minus(coverage({ grant, balance }, left).covered);
    }
    return amount.minus(left);
  }

  #live(account: Account, alive: boolean): void {
    account.alive = alive;
    this.#living = this.#accounts.filter((each) => each.alive);
  }

  #result(): CreditsResult {
    const { grants } = this.#input;
    const account = new Map(this.#accounts.map((each) => [each.grant.id, each]));
    const byGrant = (part: (account: Account | undefined) => Rational | undefined) =>
      new Map(grants.map(({ id }) => [id, part(account.get(id)) ?? Rational.zero]));
    return {
      balances: byGrant((each) => each?.balance),
      consumed: byGrant((each) => each?.consumed),
      overage: this.#overage,
      refused: this.#refused.sort((left, right) => left - right),
    };
  }
}

/** Takes as much of `wanted` as the grant covers; answers with how much that was. */
function take(account: Account, wanted: Rational): Rational {
  const { taken, covered } = coverage(account, wanted);
  account.balance = account.balance.minus(taken);
  account.consumed = account.consumed.plus(taken);
  return covered;
}

/**
 * What a use takes from a balance and how much of the use that covers. With an increment only whole ones are taken, a
 * started one in full: a use of 23 in tens takes 30 of a balance of 40, and 20 of a balance of 25.
 */
function coverage(
  { grant, balance }: Pick<Account, 'grant' | 'balance'>,
  wanted: Rational,
): { readonly taken: Rational; readonly covered: Rational } {
  if (!balance.isPositive || !wanted.isPositive)
    return { taken: Rational.zero, covered: Rational.zero };
  const { increment } = grant;
  if (increment === undefined) {
    const taken = smallerOf(balance, wanted);
    return { taken, covered: taken };
  }
  const needed = wanted.roundedToMultipleOf(increment, 'up');
  const held = balance.roundedToMultipleOf(increment, 'down');
  const taken = smallerOf(needed, held);
  return { taken, covered: smallerOf(taken, wanted) };
}
