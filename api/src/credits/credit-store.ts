/** Grants of credit, their balances and the ledger of what moved them. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import { assert } from '@tidemark/platform/errors';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import type { Customer } from '../customers/customer.ts';
import type { CreateId } from '../identifiers/ulid.ts';
import { invalidCommand } from '../problems.ts';
import { textOfMoney } from '../values/money.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import type { Balance, Grant, GrantCommand, Posting } from './credit.ts';
import { moneyInCommand } from './credit-amount.ts';
import { insertPostings } from './credit-postings.ts';

export interface CreditStoreOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly createId: CreateId;
}

type GrantRow = {
  credit_grant: string;
  customer: string;
  name: string;
  currency: string;
  amount: string;
  balance: string;
  priority: number;
  starts_at: Instant;
  expires_at: Instant | null;
  created_at: Instant;
};

type PostingRow = {
  posting: string;
  kind: Posting['kind'];
  credit_grant: string;
  invoice: string;
  hold: string;
  currency: string;
  amount: string;
  debit: Posting['debit'];
  credit: Posting['credit'];
  created_at: Instant;
};

const grantColumns = `credit_grant, customer, name, currency, amount, balance, priority, starts_at, expires_at,
  created_at`;

/** SQL that holds for a grant that is alive at $1, and the order in which grants burn. */
const isAlive = `starts_at <= $1::timestamptz and (expires_at is null or expires_at > $1::timestamptz)`;
const burnOrder = 'priority, expires_at nulls last, created_at, credit_grant';

const defaultPriority = 100;

export class CreditStore {
  readonly #options: CreditStoreOptions;

  constructor(options: CreditStoreOptions) {
    this.#options = options;
  }

  async grant(tenant: string, customer: Customer, command: GrantCommand): Promise<Grant> {
    const { clock, createId, database } = this.#options;
    const now = clock.now();
    const { amount, currency } = moneyInCommand(command, customer.currency);
    const startsAt = command.startsAt ?? now;
    const expiresAt = command.expiresAt ?? null;
    if (expiresAt !== null && expiresAt <= startsAt) {
      throw invalidCommand('api/ends-before-start', 'A grant must expire after it starts.', [
        { path: 'expiresAt', message: 'must be after startsAt' },
      ]);
    }
    return database.transaction(async (connection) => {
      const text = textOfMoney(amount, currency);
      const [row] = await connection.query<GrantRow>(
        `insert into credit_grants (tenant, ${grantColumns})
         values ($1, $2, $3, $4, $5, $6::numeric, $6::numeric, $7, $8::timestamptz, $9::timestamptz, $10::timestamptz)
         returning ${grantColumns}`,
        [
          tenant,
          createId('cg_'),
          customer.key,
          command.name ?? 'Credit',
          currency,
          text,
          command.priority ?? defaultPriority,
          formatInstant(startsAt),
          expiresAt === null ? null : formatInstant(expiresAt),
          formatInstant(now),
        ],
      );
      assert(row !== undefined, 'An insert returns its row.');
      const grant = grantOf(row);
      await insertPostings(connection, { tenant, now, createId }, [
        {
          kind: 'grant',
          customer: customer.key,
          grant: grant.id,
          invoice: '',
          currency,
          amount: text,
        },
      ]);
      return grant;
    });
  }

  /** Grants in the order in which they were made, dead ones too. */
  async list(tenant: string, customer: string, page: PageRequest): Promise<Page<Grant>> {
    const rows = await this.#options.database.query<GrantRow>(
      `select ${grantColumns} from credit_grants
       where tenant = $1 and customer = $2 and credit_grant > $3 order by credit_grant limit $4`,
      [tenant, customer, page.after[0] ?? '', page.limit + 1],
    );
    return pageOf(rows.map(grantOf), page.limit, ({ id }) => [id]);
  }

  /** What the customer could be billed against now. */
  async balance(tenant: string, customer: string): Promise<Balance> {
    const at = this.#options.clock.now();
    const rows = await this.#options.database.query<{ currency: string; balance: string }>(
      `select currency, sum(balance) as balance from credit_grants
       where tenant = $2 and customer = $3 and ${isAlive} group by currency order by currency`,
      [formatInstant(at), tenant, customer],
    );
    const balances = Object.fromEntries(rows.map(({ balance, currency }) => [currency, balance]));
    return { customer, at, balances };
  }

  /** Oldest first. */
  async ledger(tenant: string, customer: string, page: PageRequest): Promise<Page<Posting>> {
    const rows = await this.#options.database.query<PostingRow>(
      `select posting, kind, credit_grant, invoice, hold, currency, amount, debit, credit, created_at from credit_postings
       where tenant = $1 and customer = $2 and posting > $3 order by posting limit $4`,
      [tenant, customer, page.after[0] ?? '', page.limit + 1],
    );
    const { data, next } = pageOf(rows, page.limit, ({ posting }) => [posting]);
    return { data: data.map(postingOf), next };
  }
}

/** Grants that invoices of the customers may use now, in the order in which they burn. */
export async function readLiveGrants(
  connection: SqlConnection,
  tenant: string,
  of: { readonly customers: readonly string[]; readonly now: Instant },
): Promise<Grant[]> {
  const rows = await connection.query<GrantRow>(
    `select ${grantColumns} from credit_grants
     where tenant = $2 and customer = any($3::text[]) and balance > 0 and ${isAlive} order by ${burnOrder}`,
    [formatInstant(of.now), tenant, of.customers],
  );
  return rows.map(grantOf);
}

function grantOf(row: GrantRow): Grant {
  const { amount, balance, credit_grant: id, currency, customer, name, priority } = row;
  const { created_at: createdAt, expires_at: expiresAt, starts_at: startsAt } = row;
  return {
    id,
    customer,
    name,
    currency,
    amount,
    balance,
    priority,
    startsAt,
    expiresAt,
    createdAt,
  };
}

function postingOf(row: PostingRow): Posting {
  const { amount, credit, credit_grant: grant, currency, debit, hold, invoice, kind } = row;
  const { created_at: createdAt, posting: id } = row;
  return {
    id,
    kind,
    grant,
    invoice: invoice === '' ? null : invoice,
    hold: hold === '' ? null : hold,
    currency,
    amount,
    debit,
    credit,
    createdAt,
  };
}
