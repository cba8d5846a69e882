/**
 * What the gateway must know of meters and tenants, from memory: loaded at start, again when this process changed the
 * catalog, and every second for changes by others. A rule that is seconds old lets an event through that becomes a dead
 * letter in the rater; it never loses one.
 */
import { defaultAcceptanceWindow } from '@tidemark/ingest/contract';
import type { AcceptanceWindow } from '@tidemark/ingest/contract';
import type { EventTypeRules, ValueRules } from '@tidemark/ingest/gateway';
import type { SqlConnection } from '@tidemark/platform/postgres';
import { amountPropertiesOf, parseCharge } from '@tidemark/rater/pricing';
import type { MeterDefinition } from './meter.ts';
import type { Charge } from './plan.ts';
import { checkMeter } from './rating-rules.ts';

export interface RefreshedEventTypeRules extends EventTypeRules {
  /** Reads everything anew. Keeps what it has when that fails. */
  refresh(): Promise<void>;
}

const none: ValueRules = { numbers: new Set(), operations: new Set() };

export function createEventTypeRules(database: SqlConnection): RefreshedEventTypeRules {
  let values = new Map<string, ValueRules>();
  let windows = new Map<string, AcceptanceWindow>();
  return {
    valueRules: (tenant, type) => values.get(ruleKey(tenant, type)) ?? none,
    acceptanceWindow: (tenant) => windows.get(tenant) ?? defaultAcceptanceWindow,
    async refresh() {
      const [newValues, newWindows] = [await readValueRules(database), await readWindows(database)];
      values = newValues;
      windows = newWindows;
    },
  };
}

async function readValueRules(database: SqlConnection): Promise<Map<string, ValueRules>> {
  const rows = await database.query<{ tenant: string; definition: MeterDefinition }>(
    `select v.tenant, v.definition from meters m
     join meter_versions v on v.tenant = m.tenant and v.meter = m.meter and v.version = m.latest_version
     where not m.deleted and v.definition is not null`,
  );
  const amounts = await readAmountProperties(database);
  const rules = new Map<string, ValueRules>();
  for (const { tenant, definition } of rows) {
    const { eventType, numberProperties, operations } = checkMeter(definition);
    const key = ruleKey(tenant, eventType);
    const known = rules.get(key) ?? none;
    const carried = amounts.get(ruleKey(tenant, definition.key)) ?? [];
    rules.set(key, {
      numbers: new Set([...known.numbers, ...numberProperties, ...carried]),
      operations: new Set([...known.operations, ...operations]),
    });
  }
  return rules;
}

/** By tenant and meter: what dynamic prices of any plan version take from its events. Plans without one are not read. */
async function readAmountProperties(database: SqlConnection): Promise<Map<string, string[]>> {
  const rows = await database.query<{ tenant: string; charges: readonly Charge[] }>(
    `select tenant, charges from plan_versions where charges @? '$.**.amountProperty'`,
  );
  const properties = new Map<string, string[]>();
  for (const { tenant, charges } of rows) {
    for (const charge of charges.map((json) => parseCharge(json))) {
      if (charge.meter === undefined) continue;
      const key = ruleKey(tenant, charge.meter);
      properties.set(key, [...(properties.get(key) ?? []), ...amountPropertiesOf(charge)]);
    }
  }
  return properties;
}

async function readWindows(database: SqlConnection): Promise<Map<string, AcceptanceWindow>> {
  const rows = await database.query<{
    tenant: string;
    window_past_seconds: number;
    window_future_seconds: number;
  }>('select tenant, window_past_seconds, window_future_seconds from tenants');
  return new Map(
    rows.map((row) => [
      row.tenant,
      { past: row.window_past_seconds * 1_000_000, future: row.window_future_seconds * 1_000_000 },
    ]),
  );
}

/** Of a tenant and an event type or meter. A tenant's key holds no colon, so the first one ends it. */
function ruleKey(tenant: string, name: string): string {
  return `${tenant}:${name}`;
}
