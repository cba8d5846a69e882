/** Tenants in Postgres. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';
import { alreadyExists, notFound } from '../problems.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import { defaultWindow } from './tenant.ts';
import type {
  Tenant,
  TenantCommand,
  TenantPolicies,
  TenantRounding,
  TenantUpdate,
} from './tenant.ts';

type TenantRow = {
  tenant: string;
  name: string;
  operator: boolean;
  window_past_seconds: number;
  window_future_seconds: number;
  rounding: TenantRounding;
  policies: TenantPolicies;
  created_at: Instant;
  updated_at: Instant;
};

const columns = `tenant, name, operator, window_past_seconds, window_future_seconds, rounding, policies,
  created_at, updated_at`;

export class TenantStore {
  readonly #database: SqlConnection;
  readonly #clock: Clock;

  constructor(database: SqlConnection, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** @throws AppError `api/already-exists`. */
  async create(
    command: TenantCommand,
    options: { operator?: boolean; connection?: SqlConnection } = {},
  ): Promise<Tenant> {
    const window = command.acceptanceWindow ?? defaultWindow;
    const now = formatInstant(this.#clock.now());
    const [row] = await (options.connection ?? this.#database).query<TenantRow>(
      `insert into tenants (${columns})
       values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8::timestamptz, $8::timestamptz)
       on conflict (tenant) do nothing returning ${columns}`,
      [
        command.key,
        command.name ?? command.key,
        options.operator ?? false,
        window.pastSeconds,
        window.futureSeconds,
        JSON.stringify(command.rounding ?? {}),
        JSON.stringify(command.policies ?? {}),
        now,
      ],
    );
    if (row === undefined) throw alreadyExists('tenant', command.key);
    return tenantOf(row);
  }

  /** Null when there is none. */
  async find(key: string): Promise<Tenant | null> {
    const [row] = await this.#database.query<TenantRow>(
      `select ${columns} from tenants where tenant = $1`,
      [key],
    );
    return row === undefined ? null : tenantOf(row);
  }

  async get(key: string): Promise<Tenant> {
    const tenant = await this.find(key);
    if (tenant === null) throw notFound('tenant', key);
    return tenant;
  }

  /** In the order of the keys. */
  async list(page: PageRequest): Promise<Page<Tenant>> {
    const rows = await this.#database.query<TenantRow>(
      `select ${columns} from tenants where tenant > $1 order by tenant limit $2`,
      [page.after[0] ?? '', page.limit + 1],
    );
    return pageOf(rows.map(tenantOf), page.limit, (tenant) => [tenant.key]);
  }

  async all(): Promise<Tenant[]> {
    const rows = await this.#database.query<TenantRow>(
      `select ${columns} from tenants order by tenant`,
    );
    return rows.map(tenantOf);
  }

  /** Given parts replace the stored ones as a whole. */
  async update(key: string, update: TenantUpdate): Promise<Tenant> {
    const current = await this.get(key);
    const window = update.acceptanceWindow ?? current.acceptanceWindow;
    const [row] = await this.#database.query<TenantRow>(
      `update tenants set name = $2, window_past_seconds = $3, window_future_seconds = $4,
         rounding = $5::jsonb, policies = $6::jsonb, updated_at = $7::timestamptz
       where tenant = $1 returning ${columns}`,
      [
        key,
        update.name ?? current.name,
        window.pastSeconds,
        window.futureSeconds,
        JSON.stringify(update.rounding ?? current.rounding),
        JSON.stringify(update.policies ?? current.policies),
        formatInstant(this.#clock.now()),
      ],
    );
    if (row === undefined) throw notFound('tenant', key);
    return tenantOf(row);
  }
}

function tenantOf(row: TenantRow): Tenant {
  return {
    key: row.tenant,
    name: row.name,
    operator: row.operator,
    acceptanceWindow: {
      pastSeconds: row.window_past_seconds,
      futureSeconds: row.window_future_seconds,
    },
    rounding: row.rounding,
    policies: row.policies,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
