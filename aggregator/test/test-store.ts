/** The real ClickHouse engine with the aggregator's tables, and rows as a rater would write them. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClickHouse } from '@tidemark/platform/clickhouse';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { startClickHouseHost } from '@tidemark/platform/clickhouse-host';
import { parseInstant } from '@tidemark/platform/clock';
import { migrateClickHouse, readMigrations } from '@tidemark/platform/migrations';
import { canonicalJson, partitionOf } from '@tidemark/ingest/contract';
import type { JsonValue } from '@tidemark/ingest/contract';
import type { Progress, UsageSink, UsageStore } from '@tidemark/rater/ports';
import { NativeBlockBuilder, rowTables } from '@tidemark/rater/rows';
import type { RowBlocks } from '@tidemark/rater/rows';
import { createUsageSink, createUsageStore, migrationsFolder } from '../src/store/index.ts';

export interface TestStore {
  readonly clickHouse: ClickHouse;
  readonly sink: UsageSink;
  readonly store: UsageStore;
  /** Empties every table. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestStore(): Promise<TestStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tidemark-aggregator-'));
  const host = await startClickHouseHost({ dataDir });
  const clickHouse = createClickHouse({ url: host.url });
  await migrateClickHouse(clickHouse, await readMigrations(migrationsFolder));
  return {
    clickHouse,
    sink: createUsageSink(clickHouse),
    store: createUsageStore(clickHouse),
    async reset() {
      for (const table of [...Object.keys(rowTables), 'event_owners']) {
        await clickHouse.command(`TRUNCATE TABLE ${table}`);
      }
    },
    async stop() {
      await clickHouse.close();
      await host.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export const partitionCount = 4;

export interface TestEvent {
  readonly tenant?: string;
  readonly subject: string;
  readonly type?: string;
  readonly source?: string;
  readonly id?: string;
  readonly time: string;
  readonly data?: JsonValue | { readonly text: string };
  readonly incarnation?: number;
  /** The subject's own by default. */
  readonly partition?: number;
  readonly offset: number;
  readonly index?: number;
}

export interface FullEvent {
  readonly tenant: string;
  readonly subject: string;
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly time: number;
  readonly data: string;
  readonly incarnation: number;
  readonly partition: number;
  readonly offset: number;
  readonly index: number;
}

export function fullEvent(event: TestEvent): FullEvent {
  const { tenant = 'acme', subject, offset, index = 0, incarnation = 1 } = event;
  const partition = event.partition ?? partitionOf(tenant, subject, partitionCount);
  const data: NonNullable<TestEvent['data']> = event.data ?? {};
  const isText = typeof data === 'object' && 'text' in data;
  return {
    tenant,
    subject,
    type: event.type ?? 'web.request',
    source: event.source ?? 'edge-1',
    id: event.id ?? `e-${incarnation}-${partition}-${offset}-${index}`,
    time: parseInstant(event.time)!,
    data: isText ? (data.text as string) : canonicalJson(data),
    incarnation,
    partition,
    offset,
    index,
  };
}

export function fingerprintOf({ tenant, subject, source, id }: FullEvent): Buffer {
  const identity = JSON.stringify([tenant, subject, source, id]);
  return createHash('sha256').update(identity).digest().subarray(0, 16);
}

export function payloadHashOf({ type, time, data }: FullEvent): bigint {
  const digest = createHash('sha256')
    .update(JSON.stringify([type, time, data]))
    .digest();
  return digest.readBigUInt64LE(0);
}

/** The blocks a rater makes of stored events: the events and, an envelope an offset, their outcomes. */
export function eventBlocks(given: readonly TestEvent[]): RowBlocks {
  const events = given.map(fullEvent);
  const rows = new NativeBlockBuilder(rowTables.usage_events);
  const { columns } = rows;
  for (const event of events) {
    columns.tenant.append(event.tenant);
    columns.subject.append(event.subject);
    columns.type.append(event.type);
    columns.source.append(event.source);
    columns.id.append(event.id);
    columns.time.append(event.time);
    columns.data.append(event.data);
    columns.incarnation.append(event.incarnation);
    columns.partition.append(event.partition);
    columns.offset.append(event.offset);
    columns.index.append(event.index);
    columns.log_time.append(logTimeOf(event));
    columns.fingerprint.appendLanes(new Uint32Array(new Uint8Array(fingerprintOf(event)).buffer));
    appendUInt64(columns.payload_hash, payloadHashOf(event));
    columns.backfill.append(0);
  }
  const block = rows.take();
  const outcomes = outcomeBlock(events);
  return {
    ...(block !== undefined && { usage_events: [block] }),
    ...(outcomes !== undefined && { envelope_outcomes: [outcomes] }),
  };
}

function outcomeBlock(events: readonly FullEvent[]): Uint8Array | undefined {
  const builder = new NativeBlockBuilder(rowTables.envelope_outcomes);
  const { columns } = builder;
  const groups = Map.groupBy(events, ({ tenant, type, incarnation, partition, offset }) =>
    JSON.stringify([tenant, type, incarnation, partition, offset]),
  );
  for (const group of groups.values()) {
    const first = group[0]!;
    columns.tenant.append(first.tenant);
    columns.type.append(first.type);
    columns.incarnation.append(first.incarnation);
    columns.partition.append(first.partition);
    columns.offset.append(first.offset);
    columns.log_time.append(logTimeOf(first));
    columns.logged.append(group.length);
    columns.stored.append(group.length);
    columns.duplicate.append(0);
    columns.conflict.append(0);
    columns.dead.append(0);
    appendUInt64(
      columns.stored_xor,
      group.reduce((xor, event) => xor ^ payloadHashOf(event), 0n),
    );
  }
  return builder.take();
}

export interface TestTotal {
  readonly tenant?: string;
  readonly customer: string;
  readonly subscription: string;
  readonly charge: string;
  readonly periodStart: string;
  readonly segmentStart?: string;
  readonly version: number;
  readonly events: number;
  readonly state: string;
  /** Integer x 10^-36. */
  readonly amount: bigint;
}

export function totalBlocks(totals: readonly TestTotal[]): RowBlocks {
  const builder = new NativeBlockBuilder(rowTables.charge_totals);
  const { columns } = builder;
  for (const total of totals) {
    const tenant = total.tenant ?? 'acme';
    columns.tenant.append(tenant);
    columns.customer.append(total.customer);
    columns.subscription.append(total.subscription);
    columns.charge.append(total.charge);
    columns.period_start.append(parseInstant(total.periodStart)!);
    columns.segment_start.append(parseInstant(total.segmentStart ?? total.periodStart)!);
    columns.incarnation.append(1);
    columns.partition.append(partitionOf(tenant, total.customer, partitionCount));
    columns.version.append(total.version);
    columns.epoch.append(1);
    columns.events.append(total.events);
    columns.state.append(total.state);
    columns.quantity.append(null);
    columns.amount.append(total.amount);
  }
  const block = builder.take();
  return block === undefined ? {} : { charge_totals: [block] };
}

interface TestDeadLetter {
  readonly tenant?: string;
  readonly offset: number;
  readonly index?: number;
  readonly partition?: number;
  readonly reason: string;
  readonly subject?: string;
  readonly id?: string;
}

export function deadLetterBlocks(letters: readonly TestDeadLetter[]): RowBlocks {
  const builder = new NativeBlockBuilder(rowTables.dead_letters);
  const { columns } = builder;
  for (const letter of letters) {
    columns.tenant.append(letter.tenant ?? 'acme');
    columns.incarnation.append(1);
    columns.partition.append(letter.partition ?? 0);
    columns.offset.append(letter.offset);
    columns.index.append(letter.index ?? 0);
    columns.log_time.append(logTimeOf(letter));
    columns.reason.append(letter.reason);
    columns.detail.append('detail');
    columns.subject.append(letter.subject ?? '');
    columns.source.append('edge-1');
    columns.type.append('web.request');
    columns.id.append(letter.id ?? '');
    columns.payload.append('{}');
  }
  const block = builder.take();
  return block === undefined ? {} : { dead_letters: [block] };
}

export function progressOf(
  partition: number,
  next: number,
  values: Partial<Progress> = {},
): Progress {
  return {
    incarnation: 1,
    partition,
    next,
    counts: { logged: 0, stored: 0, duplicate: 0, conflict: 0, dead: 0, control: 0 },
    epoch: 1,
    logTimeMs: logTimeOf({ offset: next }),
    lastCrc: 0xfedcba98,
    gateways: '{}',
    ...values,
  };
}

/** Progress of all partitions. */
export function progressEverywhere(next: number): Progress[] {
  return Array.from({ length: partitionCount }, (_, partition) => progressOf(partition, next));
}

/** A second an offset: offsets far apart fall into different months. */
function logTimeOf({ offset }: { readonly offset: number }): number {
  return Date.UTC(2026, 0, 1) + offset * 1000;
}

function appendUInt64(
  column: { appendHalves(low: number, high: number): void },
  value: bigint,
): void {
  column.appendHalves(Number(value & 0xffff_ffffn), Number(value >> 32n));
}

export interface TestConflict extends TestEvent {
  readonly owner: { readonly offset: number; readonly index: number };
}

export function conflictBlocks(conflicts: readonly TestConflict[]): RowBlocks {
  const builder = new NativeBlockBuilder(rowTables.event_conflicts);
  const { columns } = builder;
  for (const conflict of conflicts) {
    const event = fullEvent(conflict);
    columns.tenant.append(event.tenant);
    columns.subject.append(event.subject);
    columns.source.append(event.source);
    columns.id.append(event.id);
    columns.type.append(event.type);
    columns.time.append(event.time);
    columns.data.append(event.data);
    columns.incarnation.append(event.incarnation);
    columns.partition.append(event.partition);
    columns.offset.append(event.offset);
    columns.index.append(event.index);
    columns.log_time.append(logTimeOf(event));
    columns.owner_offset.append(conflict.owner.offset);
    columns.owner_index.append(conflict.owner.index);
  }
  const block = builder.take();
  return block === undefined ? {} : { event_conflicts: [block] };
}
