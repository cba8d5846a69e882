// Credits by PRICING.md section 5: every start, refill, expiry, reset and use put on one time axis and played in order.
// At one instant the states change first (expiry, reset, start, refill: a refill wins over a reset), then usage happens.
import type { CreditsCase, Grant } from './case-types.ts';
import type { Fraction } from './fraction.ts';
import {
  add,
  compare,
  divide,
  fraction,
  isZero,
  larger,
  multiply,
  roundToInteger,
  smaller,
  subtract,
  sum,
  toDecimal,
  ZERO,
} from './fraction.ts';
import { addMonths, micros } from './instants.ts';

interface Account {
  grant: Grant;
  alive: boolean;
  balance: Fraction;
  consumed: Fraction;
}

interface Step {
  at: number;
  order: number;
  run: () => void;
}

interface Book {
  input: CreditsCase;
  accounts: Account[];
  overage: Fraction;
  refused: number[];
}

const NEVER = Number.POSITIVE_INFINITY;

/** Lower priority number, earlier expiry (none last), earlier creation, id. */
function burnOrder(a: Account, b: Account): number {
  const key = ({ grant }: Account): [number, number, number] => [
    grant.priority ?? 0,
    grant.expiresAt === undefined ? NEVER : micros(grant.expiresAt),
    grant.createdAt === undefined ? 0 : micros(grant.createdAt),
  ];
  const [left, right] = [key(a), key(b)];
  for (const index of [0, 1, 2] as const) {
    if (left[index] !== right[index]) return left[index] < right[index] ? -1 : 1;
  }
  return a.grant.id < b.grant.id ? -1 : 1;
}

function living(book: Book): Account[] {
  return book.accounts.filter(({ alive }) => alive).sort(burnOrder);
}

/** Takes up to `wanted` from a grant; answers how much of `wanted` that covers. */
function take(account: Account, wanted: Fraction): Fraction {
  const available = larger(account.balance, ZERO);
  const { increment } = account.grant;
  let taken = smaller(wanted, available);
  if (increment !== undefined) {
    // A started increment is taken in full if the balance holds it; else it stays, and the use goes on to the next.
    const size = fraction(increment);
    const count = smaller(
      roundToInteger(divide(wanted, size), 'up'),
      roundToInteger(divide(available, size), 'down'),
    );
    taken = multiply(count, size);
  }
  account.balance = subtract(account.balance, taken);
  account.consumed = add(account.consumed, taken);
  return smaller(wanted, taken);
}

function use(book: Book, index: number): void {
  const { input } = book;
  const asked = fraction(input.usage[index]!.amount);
  const order = living(book);
  const available = sum(order.map(({ balance }) => larger(balance, ZERO)));
  if (input.insufficient === 'refuse' && compare(asked, available) > 0) {
    book.refused.push(index);
    return;
  }
  let rest = asked;
  for (const account of order) rest = subtract(rest, take(account, rest));
  const last = order.at(-1);
  if (isZero(rest)) return;
  if (input.overdraft === true && last !== undefined) {
    last.balance = subtract(last.balance, rest);
    last.consumed = add(last.consumed, rest);
  } else {
    book.overage = add(book.overage, rest);
  }
}

/** What no grant covered is taken from a balance that has just become full or rolled over. */
function settleOverage(book: Book, account: Account): void {
  if (book.input.carryOverage !== true || isZero(book.overage)) return;
  book.overage = subtract(book.overage, take(account, book.overage));
}

function reset(book: Book): void {
  if (book.input.keepOverage !== true) book.overage = ZERO;
  for (const account of living(book)) {
    const { rollover } = account.grant;
    account.balance =
      rollover === undefined
        ? ZERO
        : smaller(larger(account.balance, fraction(rollover.min)), fraction(rollover.max));
  }
  for (const account of living(book)) settleOverage(book, account);
}

function refillInstants(grant: Grant, periodFrom: number, until: number): number[] {
  const { refill } = grant;
  if (refill === undefined) return [];
  const anchorText = refill.anchor ?? grant.startsAt;
  const anchor = anchorText === undefined ? periodFrom : micros(anchorText);
  const { every, unit } =
    typeof refill.every === 'string' ? { every: 1, unit: refill.every } : refill.every;
  const days = unit === 'week' ? 7 : 1;
  const instants: number[] = [];
  for (let k = 1; ; k += 1) {
    const at =
      unit === 'month' ? addMonths(anchor, k * every) : anchor + k * every * days * 86_400_000_000;
    if (at > until) return instants;
    instants.push(at);
  }
}

function grantSteps(book: Book, account: Account, until: number): Step[] {
  const { grant } = account;
  const periodFrom = micros(book.input.period.from);
  // A grant without a start starts with the period.
  const start = grant.startsAt === undefined ? periodFrom : micros(grant.startsAt);
  // A grant that would start at or after its expiry never lives.
  if (grant.expiresAt !== undefined && micros(grant.expiresAt) <= start) return [];
  const steps: Step[] = [
    {
      at: start,
      order: 2,
      run: () => {
        account.alive = true;
        account.balance = fraction(grant.amount);
        settleOverage(book, account);
      },
    },
  ];
  if (grant.expiresAt !== undefined) {
    const run = (): void => {
      account.alive = false;
      account.balance = ZERO;
    };
    steps.push({ at: micros(grant.expiresAt), order: 0, run });
  }
  for (const at of refillInstants(grant, periodFrom, until)) {
    const run = (): void => {
      if (!account.alive) return;
      account.balance = fraction(grant.refill!.amount ?? grant.amount);
      settleOverage(book, account);
    };
    steps.push({ at, order: 3, run });
  }
  return steps;
}

export function creditsCase(input: CreditsCase): Record<string, unknown> {
  const [from, to] = [micros(input.period.from), micros(input.period.to)];
  const accounts = input.grants.map((grant): Account => ({
    grant,
    alive: false,
    balance: ZERO,
    consumed: ZERO,
  }));
  const book: Book = {
    input,
    accounts,
    overage: ZERO,
    refused: [],
  };
  const opening = fraction(input.openingOverage ?? '0');
  const steps: Step[] = [
    // What was over before the period: nothing that happened before it can pay for it.
    { at: from, order: -1, run: () => (book.overage = opening) },
    ...[...accounts].sort(burnOrder).flatMap((account) => grantSteps(book, account, to)),
    ...(input.resets ?? []).map((at) => ({ at: micros(at), order: 1, run: () => reset(book) })),
    ...input.usage.map((used, index) => ({
      at: micros(used.time),
      order: 4,
      run: () => {
        const at = micros(used.time);
        if (at >= from && at < to) use(book, index);
      },
    })),
  ];
  steps.sort((a, b) => a.at - b.at || a.order - b.order);
  for (const step of steps) if (step.at <= to) step.run();
  const byGrant = (value: (account: Account) => Fraction): Record<string, string> =>
    Object.fromEntries(
      accounts.map((account) => [account.grant.id, toDecimal(value(account), 18)]),
    );
  return {
    balances: byGrant((account) => (account.alive ? account.balance : ZERO)),
    consumed: byGrant(({ consumed }) => consumed),
    overage: toDecimal(book.overage, 18),
    refused: book.refused.toSorted((a, b) => a - b),
  };
}
