/** Customers in Postgres. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import { alreadyExists, invalidCommand, notFound, stateForbids } from '../problems.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import { contentOf, merge } from './customer.ts';
import type { Customer, CustomerCommand, CustomerContent, CustomerUpdate } from './customer.ts';

type CustomerRow = {
  customer: string;
  name: string;
  currency: string | null;
  time_zone: string;
  state: 'active' | 'archived';
  parent: string | null;
  emails: string[];
  address: Customer['address'];
  tax_ids: Customer['taxIds'];
  metadata: Customer['metadata'];
  created_at: Instant;
  updated_at: Instant;
};

const columns = `customer, name, currency, time_zone, state, parent, emails, address, tax_ids, metadata,
  created_at, updated_at`;

/** Parents above a customer; deeper chains (and so circles) are refused. */
const ancestorsMax = 16;

export class CustomerStore {
  readonly #database: SqlDatabase;
  readonly #clock: Clock;

  constructor(database: SqlDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async create(tenant: string, command: CustomerCommand): Promise<Customer> {
    return this.#database.transaction(async (connection) => {
      const content = contentOf(command);
      const existing = await this.findMany(connection, tenant, [content.key]);
      if (existing.has(content.key)) throw alreadyExists('customer', content.key);
      await checkParent(connection, tenant, content);
      await this.insertMany(connection, tenant, [content]);
      return this.#read(connection, tenant, content.key);
    });
  }

  /** Named fields replace the stored ones; `timeZone` acts from the next billing period that is not written yet. */
  async update(tenant: string, key: string, update: CustomerUpdate): Promise<Customer> {
    return this.#database.transaction(async (connection) => {
      const content = merge(await this.#read(connection, tenant, key, 'for update'), update);
      await checkParent(connection, tenant, content);
      await this.updateMany(connection, tenant, [content]);
      return this.#read(connection, tenant, key);
    });
  }

  /** @throws AppError `api/customer-in-use` where it has (or had) a subscription or is a parent. */
  async delete(tenant: string, key: string): Promise<void> {
    await this.#database.transaction(async (connection) => {
      await this.#read(connection, tenant, key, 'for update');
      const [used] = await connection.query(
        `select 1 as used where exists (select 1 from subscriptions where tenant = $1 and customer = $2)
           or exists (select 1 from customers where tenant = $1 and parent = $2)`,
        [tenant, key],
      );
      if (used !== undefined) {
        throw stateForbids(
          'api/customer-in-use',
          `The customer "${key}" has subscriptions or is a parent; archive it (state: archived) instead.`,
        );
      }
      await connection.query('delete from customers where tenant = $1 and customer = $2', [
        tenant,
        key,
      ]);
    });
  }

  async get(tenant: string, key: string): Promise<Customer> {
    return this.#read(this.#database, tenant, key);
  }

  /** In the order of the keys. */
  async list(tenant: string, page: PageRequest): Promise<Page<Customer>> {
    const rows = await this.#database.query<CustomerRow>(
      `select ${columns} from customers where tenant = $1 and customer > $2 order by customer limit $3`,
      [tenant, page.after[0] ?? '', page.limit + 1],
    );
    return pageOf(rows.map(customerOf), page.limit, (customer) => [customer.key]);
  }

  async findMany(
    connection: SqlConnection,
    tenant: string,
    keys: readonly string[],
  ): Promise<Map<string, Customer>> {
    const rows = await connection.query<CustomerRow>(
      `select ${columns} from customers where tenant = $1 and customer = any($2::text[])`,
      [tenant, keys],
    );
    return new Map(rows.map((row) => [row.customer, customerOf(row)]));
  }

  async insertMany(
    connection: SqlConnection,
    tenant: string,
    contents: readonly CustomerContent[],
  ): Promise<void> {
    await connection.query(
      `insert into customers (tenant, ${columns})
       select $1, customer, name, currency, time_zone, state, parent, emails::jsonb, address::jsonb,
         tax_ids::jsonb, metadata::jsonb, $12::timestamptz, $12::timestamptz
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
         $9::text[], $10::text[], $11::text[])
         as given (customer, name, currency, time_zone, state, parent, emails, address, tax_ids, metadata)`,
      [tenant, ...columnsOf(contents), formatInstant(this.#clock.now())],
    );
  }

  async updateMany(
    connection: SqlConnection,
    tenant: string,
    contents: readonly CustomerContent[],
  ): Promise<void> {
    await connection.query(
      `update customers c set name = given.name, currency = given.currency, time_zone = given.time_zone,
         state = given.state, parent = given.parent, emails = given.emails::jsonb,
         address = given.address::jsonb, tax_ids = given.tax_ids::jsonb, metadata = given.metadata::jsonb,
         updated_at = $12::timestamptz
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
         $9::text[], $10::text[], $11::text[])
         as given (customer, name, currency, time_zone, state, parent, emails, address, tax_ids, metadata)
       where c.tenant = $1 and c.customer = given.customer`,
      [tenant, ...columnsOf(contents), formatInstant(this.#clock.now())],
    );
    // Acts from the next period that is not written yet: written boundaries stand.
    await connection.query(
      `update subscriptions s set time_zone = given.time_zone
       from unnest($2::text[], $3::text[]) as given (customer, time_zone)
       where s.tenant = $1 and s.customer = given.customer and s.time_zone <> given.time_zone`,
      [tenant, contents.map(({ key }) => key), contents.map(({ timeZone }) => timeZone)],
    );
  }

  /** @throws AppError `api/parent-circle` where one of these customers is an ancestor of itself. */
  async assertNoCircle(
    connection: SqlConnection,
    tenant: string,
    keys: readonly string[],
  ): Promise<void> {
    const customers = await this.findMany(connection, tenant, keys);
    for (const customer of customers.values()) await checkParent(connection, tenant, customer);
  }

  async #read(
    connection: SqlConnection,
    tenant: string,
    key: string,
    lock: '' | 'for update' = '',
  ): Promise<Customer> {
    const [row] = await connection.query<CustomerRow>(
      `select ${columns} from customers where tenant = $1 and customer = $2 ${lock}`,
      [tenant, key],
    );
    if (row === undefined) throw notFound('customer', key);
    return customerOf(row);
  }
}

async function checkParent(
  connection: SqlConnection,
  tenant: string,
  content: Pick<CustomerContent, 'key' | 'parent'>,
): Promise<void> {
  let ancestor = content.parent;
  for (let depth = 0; ancestor !== null; depth += 1) {
    if (ancestor === content.key || depth >= ancestorsMax) {
      throw invalidCommand(
        'api/parent-circle',
        'The parents of a customer must not form a circle.',
      );
    }
    const [row]: { parent: string | null }[] = await connection.query<{ parent: string | null }>(
      'select parent from customers where tenant = $1 and customer = $2',
      [tenant, ancestor],
    );
    if (row === undefined) {
      throw invalidCommand('api/unknown-customer', `There is no customer "${ancestor}".`, [
        { path: 'parent', message: 'names no customer' },
      ]);
    }
    ancestor = row.parent;
  }
}

function columnsOf(contents: readonly CustomerContent[]): (string | null)[][] {
  return [
    contents.map(({ key }) => key),
    contents.map(({ name }) => name),
    contents.map(({ currency }) => currency),
    contents.map(({ timeZone }) => timeZone),
    contents.map(({ state }) => state),
    contents.map(({ parent }) => parent),
    contents.map(({ emails }) => JSON.stringify(emails)),
    contents.map(({ address }) => (address === null ? null : JSON.stringify(address))),
    contents.map(({ taxIds }) => JSON.stringify(taxIds)),
    contents.map(({ metadata }) => JSON.stringify(metadata)),
  ];
}

function customerOf(row: CustomerRow): Customer {
  return {
    key: row.customer,
    name: row.name,
    currency: row.currency,
    timeZone: row.time_zone,
    emails: row.emails,
    address: row.address,
    taxIds: row.tax_ids,
    state: row.state,
    parent: row.parent,
    metadata: row.metadata,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
