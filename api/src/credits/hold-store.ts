/** Sets credit aside, and captures or releases it later. A hold takes grants in the order in which they burn. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import { assert } from '@tidemark/platform/errors';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import { moneyOf } from '@tidemark/rater/money';
import type { Money } from '@tidemark/rater/money';
import type { Customer } from '../customers/customer.ts';
import type { CreateId } from '../identifiers/ulid.ts';
import { invalidCommand, notFound, stateForbids } from '../problems.ts';
import { parseMoney, textOfMoney } from '../values/money.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import { moneyInCommand } from './credit-amount.ts';
import { insertPostings, moveBalances } from './credit-postings.ts';
import type { NewPosting } from './credit-postings.ts';
import { readLiveGrants } from './credit-store.ts';
import type { CaptureCommand, Grant, Hold, HoldCommand } from './credit.ts';

export interface HoldStoreOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly createId: CreateId;
}

type HoldRow = {
  hold: string;
  customer: string;
  currency: string;
  amount: string;
  captured: string;
  state: Hold['state'];
  description: string | null;
  created_at: Instant;
  updated_at: Instant;
};

/** What a hold has of one grant. */
interface Part {
  readonly grant: string;
  readonly amount: Money;
}

const columns =
  'hold, customer, currency, amount, captured, state, description, created_at, updated_at';

export class HoldStore {
  readonly #options: HoldStoreOptions;

  constructor(options: HoldStoreOptions) {
    this.#options = options;
  }

  async place(tenant: string, customer: Customer, command: HoldCommand): Promise<Hold> {
    const { clock, createId, database } = this.#options;
    const { amount, currency } = moneyInCommand(command, customer.currency);
    return database.transaction(async (connection) => {
      const now = clock.now();
      await lockTenant(connection, tenant);
      const customers = [customer.key];
      const grants = await readLiveGrants(connection, tenant, { customers, now });
      const parts = partsOf(
        grants.filter((grant) => grant.currency === currency),
        amount,
      );
      if (parts === null) {
        throw invalidCommand('api/credit-insufficient', 'The customer has less credit than that.', [
          { path: 'amount', message: 'is above the balance' },
        ]);
      }
      const [row] = await connection.query<HoldRow>(
        `insert into credit_holds (tenant, ${columns})
         values ($1, $2, $3, $4, $5::numeric, $6::numeric, 'held', $7, $8::timestamptz, $8::timestamptz) returning ${columns}`,
        [
          tenant,
          createId('ch_'),
          customer.key,
          currency,
          textOfMoney(amount, currency),
          textOfMoney(moneyOf(0n), currency),
          command.description ?? null,
          formatInstant(now),
        ],
      );
      assert(row !== undefined, 'An insert returns its row.');
      const hold = holdOf(row);
      const postings = postingsOf(hold, 'hold', parts);
      await moveBalances(connection, { tenant, now, createId }, { postings, sign: -1 });
      return hold;
    });
  }

  /** Takes all or a part of a hold for good; the rest goes back to its grants. */
  capture(tenant: string, customer: string, id: string, command: CaptureCommand): Promise<Hold> {
    return this.#settle(tenant, customer, id, (hold) => {
      const amount = command.amount ?? hold.amount;
      const captured = moneyInCommand({ amount, currency: hold.currency }, null).amount;
      if (captured > moneyOfHold(hold)) {
        throw invalidCommand('api/exceeds-hold', `The hold is ${hold.amount} ${hold.currency}.`, [
          { path: 'amount', message: 'is above the hold' },
        ]);
      }
      return captured;
    });
  }

  /** Gives all of a hold back to its grants. */
  release(tenant: string, customer: string, id: string): Promise<Hold> {
    return this.#settle(tenant, customer, id, () => moneyOf(0n));
  }

  /** Oldest first. */
  async list(tenant: string, customer: string, page: PageRequest): Promise<Page<Hold>> {
    const rows = await this.#options.database.query<HoldRow>(
      `select ${columns} from credit_holds where tenant = $1 and customer = $2 and hold > $3 order by hold limit $4`,
      [tenant, customer, page.after[0] ?? '', page.limit + 1],
    );
    return pageOf(rows.map(holdOf), page.limit, ({ id }) => [id]);
  }

  async #settle(
    tenant: string,
    customer: string,
    id: string,
    capturedOf: (hold: Hold) => Money,
  ): Promise<Hold> {
    const { clock, createId, database } = this.#options;
    return database.transaction(async (connection) => {
      const now = clock.now();
      await lockTenant(connection, tenant);
      const hold = await lockHold(connection, tenant, { customer, id });
      if (hold.state !== 'held') {
        throw stateForbids('api/hold-settled', `The hold "${id}" is ${hold.state} already.`);
      }
      const captured = capturedOf(hold);
      const { taken, left } = splitParts(await readParts(connection, tenant, hold), captured);
      const context = { tenant, now, createId };
      if (taken.length > 0) {
        await insertPostings(connection, context, postingsOf(hold, 'capture', taken));
      }
      const postings = postingsOf(hold, 'hold_release', left);
      await moveBalances(connection, context, { postings, sign: 1 });
      const [row] = await connection.query<HoldRow>(
        `update credit_holds set state = $3, captured = $4::numeric, updated_at = $5::timestamptz
         where tenant = $1 and hold = $2 returning ${columns}`,
        [
          tenant,
          id,
          captured > 0n ? 'captured' : 'released',
          textOfMoney(captured, hold.currency),
          formatInstant(now),
        ],
      );
      assert(row !== undefined, 'A locked row is updated.');
      return holdOf(row);
    });
  }
}

/** Balances are read and moved under it: whoever issues invoices of the tenant holds it too. */
async function lockTenant(connection: SqlConnection, tenant: string): Promise<void> {
  await connection.query('select tenant from tenants where tenant = $1 for no key update', [
    tenant,
  ]);
}

async function lockHold(
  connection: SqlConnection,
  tenant: string,
  { customer, id }: { readonly customer: string; readonly id: string },
): Promise<Hold> {
  const [row] = await connection.query<HoldRow>(
    `select ${columns} from credit_holds where tenant = $1 and hold = $2 and customer = $3 for update`,
    [tenant, id, customer],
  );
  if (row === undefined) throw notFound('hold', id);
  return holdOf(row);
}

/** In the order in which they were taken. */
async function readParts(connection: SqlConnection, tenant: string, hold: Hold): Promise<Part[]> {
  const rows = await connection.query<{ credit_grant: string; amount: string }>(
    `select credit_grant, amount from credit_postings
     where tenant = $1 and hold = $2 and kind = 'hold' order by posting`,
    [tenant, hold.id],
  );
  return rows.map(({ amount, credit_grant: grant }) => ({
    grant,
    amount: parseMoney(amount, hold.currency) ?? moneyOf(0n),
  }));
}

/** `null`: the grants do not suffice. */
function partsOf(grants: readonly Grant[], amount: Money): Part[] | null {
  const all = grants.map(({ balance, currency, id: grant }) => ({
    grant,
    amount: parseMoney(balance, currency) ?? moneyOf(0n),
  }));
  const { taken } = splitParts(all, amount);
  const sum = taken.reduce((total, part) => total + part.amount, 0n);
  return sum < amount ? null : taken;
}

/** The first parts up to `amount`, and what is left of all. */
function splitParts(parts: readonly Part[], amount: Money): { taken: Part[]; left: Part[] } {
  const taken: Part[] = [];
  const left: Part[] = [];
  let missing: bigint = amount;
  for (const part of parts) {
    const used = part.amount < missing ? part.amount : missing;
    missing -= used;
    if (used > 0n) taken.push({ ...part, amount: moneyOf(used) });
    if (used < part.amount) left.push({ ...part, amount: moneyOf(part.amount - used) });
  }
  return { taken, left };
}

function postingsOf(
  { currency, customer, id: hold }: Hold,
  kind: NewPosting['kind'],
  parts: readonly Part[],
): NewPosting[] {
  return parts.map(({ amount, grant }) => ({
    kind,
    customer,
    grant,
    hold,
    currency,
    amount: textOfMoney(amount, currency),
  }));
}

function moneyOfHold({ amount, currency }: Hold): Money {
  return parseMoney(amount, currency) ?? moneyOf(0n);
}

function holdOf(row: HoldRow): Hold {
  const { amount, captured, currency, customer, description, hold: id, state } = row;
  const { created_at: createdAt, updated_at: updatedAt } = row;
  return { id, customer, currency, amount, captured, state, description, createdAt, updatedAt };
}
