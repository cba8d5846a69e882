/** Coupons and the customers that have them. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import { assert } from '@tidemark/platform/errors';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import type { CreateId } from '../identifiers/ulid.ts';
import { alreadyExists, invalidCommand, notFound } from '../problems.ts';
import { parseMoney } from '../values/money.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import { termsOf } from './coupon.ts';
import type {
  Coupon,
  CouponCommand,
  CouponDuration,
  CouponTerms,
  CustomerCoupon,
} from './coupon.ts';

export interface CouponStoreOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly createId: CreateId;
}

export type CouponTermsRow = {
  coupon: string;
  name: string;
  percent: string | null;
  amount: string | null;
  currency: string | null;
  duration: 'once' | 'periods' | 'forever';
  periods: number | null;
  charges: string[] | null;
};

type CouponRow = CouponTermsRow & { created_at: Instant; updated_at: Instant };

const columns =
  'coupon, name, percent, amount, currency, duration, periods, charges, created_at, updated_at';

export class CouponStore {
  readonly #options: CouponStoreOptions;

  constructor(options: CouponStoreOptions) {
    this.#options = options;
  }

  async create(tenant: string, command: CouponCommand): Promise<Coupon> {
    const { clock, database } = this.#options;
    checkCoupon(command, '');
    const created = await insertCoupon(database, tenant, command, clock.now());
    if (!created) throw alreadyExists('coupon', command.key);
    return this.get(tenant, command.key);
  }

  async get(tenant: string, key: string): Promise<Coupon> {
    const coupon = (await findCoupons(this.#options.database, tenant, [key])).get(key);
    if (coupon === undefined) throw notFound('coupon', key);
    return coupon;
  }

  async list(tenant: string, page: PageRequest): Promise<Page<Coupon>> {
    const rows = await this.#options.database.query<CouponRow>(
      `select ${columns} from coupons where tenant = $1 and coupon > $2 order by coupon limit $3`,
      [tenant, page.after[0] ?? '', page.limit + 1],
    );
    return pageOf(rows.map(couponOf), page.limit, ({ key }) => [key]);
  }

  /** Gives a coupon to a customer: it counts from the next invoice on, after those the customer has. */
  async apply(tenant: string, customer: string, coupon: string): Promise<CustomerCoupon> {
    const { clock, createId, database } = this.#options;
    if (!(await findCoupons(database, tenant, [coupon])).has(coupon)) {
      throw invalidCommand('api/unknown-coupon', `There is no coupon "${coupon}".`, [
        { path: 'coupon', message: 'names no coupon' },
      ]);
    }
    const appliedAt = clock.now();
    const [row] = await database.query<{ customer_coupon: string }>(
      `insert into customer_coupons (tenant, customer_coupon, customer, coupon, applied_at)
       values ($1, $2, $3, $4, $5::timestamptz) returning customer_coupon`,
      [tenant, createId('cc_'), customer, coupon, formatInstant(appliedAt)],
    );
    assert(row !== undefined, 'An insert returns its row.');
    return { id: row.customer_coupon, customer, coupon, appliedAt, uses: 0 };
  }

  /** In the order in which the customer was given them. */
  async ofCustomer(
    tenant: string,
    customer: string,
    page: PageRequest,
  ): Promise<Page<CustomerCoupon>> {
    const rows = await this.#options.database.query<{
      customer_coupon: string;
      coupon: string;
      applied_at: Instant;
      uses: number;
    }>(
      `select c.customer_coupon, c.coupon, c.applied_at, count(u.invoice) as uses
       from customer_coupons c
       left join coupon_uses u on u.tenant = c.tenant and u.customer_coupon = c.customer_coupon
       where c.tenant = $1 and c.customer = $2 and c.customer_coupon > $3
       group by c.customer_coupon, c.coupon, c.applied_at order by c.customer_coupon limit $4`,
      [tenant, customer, page.after[0] ?? '', page.limit + 1],
    );
    const { data, next } = pageOf(rows, page.limit, ({ customer_coupon }) => [customer_coupon]);
    return {
      data: data.map(({ applied_at: appliedAt, coupon, customer_coupon: id, uses }) => ({
        id,
        customer,
        coupon,
        appliedAt,
        uses,
      })),
      next,
    };
  }
}

/** An amount must be one of its currency. @param path of the coupon in the body. */
export function checkCoupon({ amount, currency }: CouponCommand, path: string): void {
  if (amount === undefined || currency === undefined) return;
  if (parseMoney(amount, currency) !== undefined) return;
  throw invalidCommand('api/amount-too-fine', `The amount is finer than ${currency} is.`, [
    { path: `${path}amount`, message: 'has more decimals than the currency' },
  ]);
}

export async function findCoupons(
  connection: SqlConnection,
  tenant: string,
  keys: readonly string[],
): Promise<Map<string, Coupon>> {
  const rows = await connection.query<CouponRow>(
    `select ${columns} from coupons where tenant = $1 and coupon = any($2::text[])`,
    [tenant, keys],
  );
  return new Map(rows.map((row) => [row.coupon, couponOf(row)]));
}

/** False: there is one of this key. */
export async function insertCoupon(
  connection: SqlConnection,
  tenant: string,
  command: CouponCommand,
  now: Instant,
): Promise<boolean> {
  const rows = await connection.query(
    `insert into coupons (tenant, ${columns})
     values ($1, $2, $3, $4::numeric, $5::numeric, $6, $7, $8, $9::jsonb, $10::timestamptz, $10::timestamptz)
     on conflict do nothing returning coupon`,
    [tenant, command.key, ...parametersOf(termsOf(command)), formatInstant(now)],
  );
  return rows.length > 0;
}

/** What invoices from now on discount. */
export async function updateCoupon(
  connection: SqlConnection,
  tenant: string,
  command: CouponCommand,
  now: Instant,
): Promise<void> {
  await connection.query(
    `update coupons set name = $3, percent = $4::numeric, amount = $5::numeric, currency = $6, duration = $7,
       periods = $8, charges = $9::jsonb, updated_at = $10::timestamptz
     where tenant = $1 and coupon = $2`,
    [tenant, command.key, ...parametersOf(termsOf(command)), formatInstant(now)],
  );
}

function parametersOf(terms: CouponTerms) {
  const { amount, charges, currency, duration, name, percent } = terms;
  return [
    name,
    percent,
    amount,
    currency,
    typeof duration === 'string' ? duration : 'periods',
    typeof duration === 'string' ? null : duration.periods,
    charges === null ? null : JSON.stringify(charges),
  ];
}

export function termsOfRow(row: CouponTermsRow): CouponTerms {
  const { amount, charges, currency, name, percent } = row;
  return { name, percent, amount, currency, duration: durationOf(row), charges };
}

function couponOf(row: CouponRow): Coupon {
  const { coupon: key, created_at: createdAt, updated_at: updatedAt } = row;
  return { key, ...termsOfRow(row), createdAt, updatedAt };
}

function durationOf({ duration, periods }: CouponTermsRow): CouponDuration {
  return duration === 'periods' ? { periods: periods ?? 1 } : duration;
}
