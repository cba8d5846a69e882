/** Plans in Postgres: immutable versions; a subscription stays on its version until it is moved. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import type { PlanVersionChange } from '@tidemark/rater/catalog';
import { alreadyExists, notFound } from '../problems.ts';
import type { TenantRounding } from '../tenants/tenant.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import { recordChanges } from './catalog-changes.ts';
import type { ChangeTicket } from './catalog-changes.ts';
import type { Changed, MeterStore } from './meter-store.ts';
import type { Cadence, Charge, Plan, PlanCommand, PlanVersion } from './plan.ts';
import { billsInAdvance, checkPlan, withRounding } from './rating-rules.ts';

type PlanRow = {
  plan: string;
  version: number;
  latest_version: number;
  name: string;
  currency: string;
  cadence: Cadence;
  charges: Charge[];
  minimum: string | null;
  maximum: string | null;
  created_at: Instant;
  plan_created_at: Instant;
  updated_at: Instant;
};

const selectPlans = `select p.plan, v.version, p.latest_version, v.name, v.currency, v.cadence, v.charges, v.minimum, v.maximum,
    v.created_at, p.created_at as plan_created_at, p.updated_at
  from plans p join plan_versions v on v.tenant = p.tenant and v.plan = p.plan`;

export class PlanStore {
  readonly #database: SqlDatabase;
  readonly #clock: Clock;
  readonly #meters: MeterStore;

  constructor(database: SqlDatabase, clock: Clock, meters: MeterStore) {
    this.#database = database;
    this.#clock = clock;
    this.#meters = meters;
  }

  async create(tenant: string, command: PlanCommand): Promise<Changed<Plan>> {
    return this.#database.transaction(async (connection) => {
      const [existing] = await connection.query(
        'select plan from plans where tenant = $1 and plan = $2',
        [tenant, command.key],
      );
      if (existing !== undefined) throw alreadyExists('plan', command.key);
      return this.#addVersion(connection, tenant, command, 1);
    });
  }

  async addVersion(tenant: string, command: PlanCommand): Promise<Changed<Plan>> {
    return this.#database.transaction(async (connection) => {
      const [row] = await connection.query<{ latest_version: number }>(
        'select latest_version from plans where tenant = $1 and plan = $2 for update',
        [tenant, command.key],
      );
      if (row === undefined) throw notFound('plan', command.key);
      return this.#addVersion(connection, tenant, command, row.latest_version + 1);
    });
  }

  /** The latest version, or the one asked for. */
  async get(tenant: string, key: string, version?: number): Promise<Plan> {
    return this.#read(this.#database, tenant, key, version);
  }

  /** Null when there is none; the latest version by default. */
  async find(
    connection: SqlConnection,
    tenant: string,
    key: string,
    version?: number,
  ): Promise<Plan | null> {
    const [row] = await connection.query<PlanRow>(
      `${selectPlans} where p.tenant = $1 and p.plan = $2 and v.version = coalesce($3, p.latest_version)`,
      [tenant, key, version ?? null],
    );
    return row === undefined ? null : planOf(row);
  }

  /** Latest versions in the order of the keys. */
  async list(tenant: string, page: PageRequest): Promise<Page<Plan>> {
    const rows = await this.#database.query<PlanRow>(
      `${selectPlans} where p.tenant = $1 and p.plan > $2 and v.version = p.latest_version
       order by p.plan limit $3`,
      [tenant, page.after[0] ?? '', page.limit + 1],
    );
    return pageOf(rows.map(planOf), page.limit, (plan) => [plan.key]);
  }

  /** Latest versions of these keys. */
  async findMany(
    connection: SqlConnection,
    tenant: string,
    keys: readonly string[],
  ): Promise<Map<string, Plan>> {
    const rows = await connection.query<PlanRow>(
      `${selectPlans} where p.tenant = $1 and p.plan = any($2::text[]) and v.version = p.latest_version`,
      [tenant, keys],
    );
    return new Map(rows.map((row) => [row.plan, planOf(row)]));
  }

  /** Writes checked versions and records them as catalog changes. */
  async writeVersions(
    connection: SqlConnection,
    tenant: string,
    versions: readonly { readonly command: PlanCommand; readonly version: number }[],
  ): Promise<ChangeTicket> {
    const nowInstant = this.#clock.now();
    const now = formatInstant(nowInstant);
    for (const { command, version } of versions) {
      await connection.query(
        `insert into plans (tenant, plan, latest_version, created_at, updated_at)
         values ($1, $2, $3, $4::timestamptz, $4::timestamptz)
         on conflict (tenant, plan) do update set latest_version = excluded.latest_version,
           updated_at = excluded.updated_at`,
        [tenant, command.key, version, now],
      );
      await connection.query(
        `insert into plan_versions (tenant, plan, version, name, currency, cadence, charges, minimum, maximum,
           bills_in_advance, created_at)
         values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9, $10, $11::timestamptz)`,
        [
          tenant,
          command.key,
          version,
          command.name ?? command.key,
          command.currency,
          JSON.stringify(command.cadence),
          JSON.stringify(command.charges),
          command.minimum ?? null,
          command.maximum ?? null,
          billsInAdvance(command.charges),
          now,
        ],
      );
    }
    const changes = versions.map(({ command, version }): PlanVersionChange => ({
      kind: 'plan-version',
      tenant,
      plan: command.key,
      version,
      currency: command.currency,
      charges: command.charges,
    }));
    return recordChanges(connection, changes, nowInstant);
  }

  /** The version without its charges, under its negative number: what a paused subscription has. Written once. */
  async writePausedVersion(connection: SqlConnection, tenant: string, plan: Plan): Promise<void> {
    const now = this.#clock.now();
    const written = await connection.query(
      `insert into plan_versions (tenant, plan, version, name, currency, cadence, charges, minimum, maximum,
         bills_in_advance, created_at)
       values ($1, $2, $3, $4, $5, $6::jsonb, '[]'::jsonb, null, null, false, $7::timestamptz)
       on conflict do nothing returning version`,
      [
        tenant,
        plan.key,
        -plan.version,
        plan.name,
        plan.currency,
        JSON.stringify(plan.cadence),
        formatInstant(now),
      ],
    );
    if (written.length === 0) return;
    const change: PlanVersionChange = {
      kind: 'plan-version',
      tenant,
      plan: plan.key,
      version: -plan.version,
      currency: plan.currency,
      charges: [],
    };
    await recordChanges(connection, [change], now);
  }

  async #addVersion(
    connection: SqlConnection,
    tenant: string,
    command: PlanCommand,
    version: number,
  ): Promise<Changed<Plan>> {
    const rounding = await readRounding(connection, tenant);
    const meterKeys = command.charges.flatMap(({ meter }) =>
      typeof meter === 'string' ? [meter] : [],
    );
    const meters = await this.#meters.findMany(connection, tenant, meterKeys);
    checkPlan(command, (key) => meters.get(key)?.definition);
    const ticket = await this.writeVersions(connection, tenant, [
      { command: withRounding(command, rounding), version },
    ]);
    return { result: await this.#read(connection, tenant, command.key), ticket };
  }

  async #read(
    connection: SqlConnection,
    tenant: string,
    key: string,
    version?: number,
  ): Promise<Plan> {
    const plan = await this.find(connection, tenant, key, version);
    if (plan === null) {
      throw notFound('plan', version === undefined ? key : `${key} version ${version}`);
    }
    return plan;
  }
}

export async function readRounding(
  connection: SqlConnection,
  tenant: string,
): Promise<TenantRounding> {
  const [row] = await connection.query<{ rounding: TenantRounding }>(
    'select rounding from tenants where tenant = $1',
    [tenant],
  );
  return row?.rounding ?? {};
}

/** The command that would make this version again, to compare with a catalog file. */
export function planCommandOf(plan: PlanVersion): PlanCommand {
  const { key, name, currency, cadence, minimum, maximum, charges } = plan;
  return { key, name, currency, cadence, minimum, maximum, charges: [...charges] };
}

function planOf(row: PlanRow): Plan {
  return {
    key: row.plan,
    version: row.version,
    latestVersion: row.latest_version,
    name: row.name,
    currency: row.currency,
    cadence: row.cadence,
    minimum: row.minimum,
    maximum: row.maximum,
    charges: row.charges,
    createdAt: row.created_at,
    planCreatedAt: row.plan_created_at,
    updatedAt: row.updated_at,
  };
}
