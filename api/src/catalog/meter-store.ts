/** Meters in Postgres. A version never changes; a change is the next version, from an instant on where usage counts on it. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import type { MeterChange } from '@tidemark/rater/catalog';
import { alreadyExists, invalidCommand, notFound, stateForbids } from '../problems.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import { recordChanges } from './catalog-changes.ts';
import type { ChangeTicket } from './catalog-changes.ts';
import type { Meter, MeterDefinition, MeterUpdate } from './meter.ts';
import { checkMeter } from './rating-rules.ts';

type MeterRow = {
  meter: string;
  version: number;
  effective_from: Instant | null;
  definition: MeterDefinition | null;
  deleted: boolean;
  created_at: Instant;
  updated_at: Instant;
};

const selectMeters = `select m.meter, v.version, v.effective_from, v.definition, m.deleted, m.created_at, m.updated_at
  from meters m join meter_versions v
    on v.tenant = m.tenant and v.meter = m.meter and v.version = m.latest_version`;

export interface Changed<Result> {
  readonly result: Result;
  readonly ticket: ChangeTicket;
}

export class MeterStore {
  readonly #database: SqlDatabase;
  readonly #clock: Clock;

  constructor(database: SqlDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async create(tenant: string, definition: MeterDefinition): Promise<Changed<Meter>> {
    checkMeter(definition);
    return this.#database.transaction(async (connection) => {
      const existing = await lockMeter(connection, tenant, definition.key);
      if (existing?.deleted === false) throw alreadyExists('meter', definition.key);
      const ticket = await this.writeVersions(connection, tenant, [
        {
          definition,
          version: (existing?.version ?? 0) + 1,
          // Versions are ordered by effect: one that replaces another must not come to lie before it.
          effectiveFrom: existing?.effective_from ?? null,
        },
      ]);
      return { result: await this.#read(connection, tenant, definition.key), ticket };
    });
  }

  /** A new version: of all usage where no plan names the meter, else from `effectiveFrom` (default now) by event time. */
  async update(tenant: string, key: string, update: MeterUpdate): Promise<Changed<Meter>> {
    return this.#database.transaction(async (connection) => {
      const row = await lockMeter(connection, tenant, key);
      if (row?.definition === null || row === null || row.deleted) throw notFound('meter', key);
      const { effectiveFrom: asked, ...fields } = update;
      const definition = { ...row.definition, ...withoutUndefined(fields), key };
      checkMeter(definition);
      const used = await isMeterUsed(connection, tenant, key);
      const effectiveFrom = asked ?? (used ? this.#clock.now() : row.effective_from);
      if (
        used &&
        row.effective_from !== null &&
        (effectiveFrom === null || effectiveFrom <= row.effective_from)
      ) {
        throw invalidCommand(
          'api/version-not-after-last',
          `The last version counts from ${formatInstant(row.effective_from)}; a new one must begin later.`,
        );
      }
      const ticket = await this.writeVersions(connection, tenant, [
        { definition, version: row.version + 1, effectiveFrom },
      ]);
      return { result: await this.#read(connection, tenant, key), ticket };
    });
  }

  /** @throws AppError `api/meter-in-use` where a plan names the meter. */
  async delete(tenant: string, key: string): Promise<Changed<null>> {
    return this.#database.transaction(async (connection) => {
      const row = await lockMeter(connection, tenant, key);
      if (row === null || row.deleted) throw notFound('meter', key);
      if (await isMeterUsed(connection, tenant, key)) {
        throw stateForbids('api/meter-in-use', `A plan charges by the meter "${key}".`);
      }
      const ticket = await this.writeVersions(connection, tenant, [
        { key, definition: null, version: row.version + 1, effectiveFrom: row.effective_from },
      ]);
      return { result: null, ticket };
    });
  }

  async get(tenant: string, key: string): Promise<Meter> {
    return this.#read(this.#database, tenant, key);
  }

  /** All versions of a meter, or of all meters of the tenant; deleted ones have no definition. */
  async versions(tenant: string, key?: string): Promise<MeterChange[]> {
    const rows = await this.#database.query<{
      meter: string;
      version: number;
      effective_from: Instant | null;
      definition: MeterDefinition | null;
    }>(
      `select meter, version, effective_from, definition from meter_versions
       where tenant = $1 and ($2::text is null or meter = $2) order by meter, version`,
      [tenant, key ?? null],
    );
    return rows.map((row): MeterChange => ({
      kind: 'meter',
      tenant,
      key: row.meter,
      version: row.version,
      effectiveFrom: row.effective_from,
      definition: row.definition,
    }));
  }

  /** In the order of the keys. */
  async list(tenant: string, page: PageRequest): Promise<Page<Meter>> {
    const rows = await this.#database.query<MeterRow>(
      `${selectMeters} where m.tenant = $1 and m.meter > $2 and not m.deleted order by m.meter limit $3`,
      [tenant, page.after[0] ?? '', page.limit + 1],
    );
    return pageOf(rows.flatMap(meterOf), page.limit, (meter) => [meter.definition.key]);
  }

  /** The living ones among these keys. */
  async findMany(
    connection: SqlConnection,
    tenant: string,
    keys: readonly string[],
  ): Promise<Map<string, Meter>> {
    const rows = await connection.query<MeterRow>(
      `${selectMeters} where m.tenant = $1 and m.meter = any($2::text[])`,
      [tenant, keys],
    );
    const living = rows.filter((row) => !row.deleted).flatMap(meterOf);
    return new Map(living.map((meter) => [meter.definition.key, meter]));
  }

  /** The latest versions of these keys, deleted ones too: what the next version has to follow. */
  async latestVersions(
    connection: SqlConnection,
    tenant: string,
    keys: readonly string[],
  ): Promise<Map<string, LatestVersion>> {
    const rows = await connection.query<MeterRow>(
      `${selectMeters} where m.tenant = $1 and m.meter = any($2::text[])`,
      [tenant, keys],
    );
    return new Map(
      rows.map((row) => [
        row.meter,
        {
          version: row.version,
          effectiveFrom: row.effective_from,
          definition: row.deleted ? null : row.definition,
        },
      ]),
    );
  }

  /** Writes checked versions and records them as catalog changes. */
  async writeVersions(
    connection: SqlConnection,
    tenant: string,
    versions: readonly NewMeterVersion[],
  ): Promise<ChangeTicket> {
    const nowInstant = this.#clock.now();
    const now = formatInstant(nowInstant);
    for (const version of versions) {
      const key = keyOf(version);
      await connection.query(
        `insert into meters (tenant, meter, latest_version, deleted, created_at, updated_at)
         values ($1, $2, $3, $4, $5::timestamptz, $5::timestamptz)
         on conflict (tenant, meter) do update set latest_version = excluded.latest_version,
           deleted = excluded.deleted, updated_at = excluded.updated_at`,
        [tenant, key, version.version, version.definition === null, now],
      );
      await connection.query(
        `insert into meter_versions (tenant, meter, version, effective_from, definition, created_at)
         values ($1, $2, $3, $4::timestamptz, $5::jsonb, $6::timestamptz)`,
        [
          tenant,
          key,
          version.version,
          version.effectiveFrom === null ? null : formatInstant(version.effectiveFrom),
          version.definition === null ? null : JSON.stringify(version.definition),
          now,
        ],
      );
    }
    return recordChanges(
      connection,
      versions.map((version): MeterChange => ({
        kind: 'meter',
        tenant,
        key: keyOf(version),
        version: version.version,
        effectiveFrom: version.effectiveFrom,
        definition: version.definition,
      })),
      nowInstant,
    );
  }

  async #read(connection: SqlConnection, tenant: string, key: string): Promise<Meter> {
    const meter = (await this.findMany(connection, tenant, [key])).get(key);
    if (meter === undefined) throw notFound('meter', key);
    return meter;
  }
}

export interface LatestVersion {
  readonly version: number;
  readonly effectiveFrom: Instant | null;
  /** Null: deleted. */
  readonly definition: MeterDefinition | null;
}

export type NewMeterVersion = {
  readonly version: number;
  readonly effectiveFrom: Instant | null;
} & (
  { readonly definition: MeterDefinition } | { readonly definition: null; readonly key: string }
);

/** A field that the command leaves out stays as it is. */
function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
}

function keyOf(version: NewMeterVersion): string {
  return version.definition === null ? version.key : version.definition.key;
}

async function lockMeter(
  connection: SqlConnection,
  tenant: string,
  key: string,
): Promise<MeterRow | null> {
  const [row] = await connection.query<MeterRow>(
    `${selectMeters} where m.tenant = $1 and m.meter = $2 for update of m`,
    [tenant, key],
  );
  return row ?? null;
}

/** True when any version of a plan charges by it: its quantities are on bills, or may be. */
export async function isMeterUsed(
  connection: SqlConnection,
  tenant: string,
  key: string,
): Promise<boolean> {
  const rows = await connection.query(
    `select 1 as used from plan_versions
     where tenant = $1 and charges @> jsonb_build_array(jsonb_build_object('meter', $2::text)) limit 1`,
    [tenant, key],
  );
  return rows.length > 0;
}

function meterOf(row: MeterRow): Meter[] {
  if (row.definition === null) return [];
  return [
    {
      version: row.version,
      effectiveFrom: row.effective_from,
      definition: row.definition,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    },
  ];
}
