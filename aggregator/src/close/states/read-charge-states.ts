/**
 * States of many charges of many customers below a bound of the log: the facts every invoice line is priced from. Requests
 * are taken in the order of the table's sort key and in batches, never one query a subscription.
 */
import type { ClickHouse, ClickHouseParameter } from '@tidemark/platform/clickhouse';
import { assert } from '@tidemark/platform/errors';
import { StoredSample } from '../../events/stored-sample.ts';
import { boundParameters } from '../../store/log-bound.ts';
import type { LogBound } from '../../store/log-bound.ts';
import { sumCountState } from '../../usage/measure.ts';
import { readSpanEvents } from './read-span-events.ts';
import { readSumCount } from './read-sum-count.ts';
import type { ChargeStates, MeteredCharge, StateRequest } from './state-request.ts';

export interface StateReadOptions {
  readonly tenant: string;
  readonly bound: LogBound;
  /** Folds every charge event by event, also those that SQL could aggregate: the independent second computation. */
  readonly foldOnly?: boolean;
}

/** Bounds one statement: its parameters stay far below ClickHouse's limit of 128 KiB each. */
const batchRequests = 1000;
const batchCustomerBytes = 64 * 1024;
/** Aggregates in one statement; more charges of one event type make more statements. */
const measuresMax = 16;

/** One list of states a request, in the order of the requests. */
export async function readChargeStates(
  clickHouse: ClickHouse,
  requests: readonly StateRequest[],
  options: StateReadOptions,
): Promise<ChargeStates[]> {
  const states = requests.map((request) =>
    request.charges.map((charge) => emptyState(charge, request)),
  );
  for (const group of groupByCharges(requests)) {
    for (const batch of batchesOf(group, requests)) {
      for (const work of workOf(batch, requests)) {
        await readBatch(clickHouse, { ...work, requests, states, options });
      }
    }
  }
  return states;
}

/** Some requests that share charges, and their charges of one event type. */
interface BatchWork {
  readonly ordinals: readonly number[];
  readonly type: string;
  readonly positions: readonly number[];
}

interface BatchRead extends BatchWork {
  readonly requests: readonly StateRequest[];
  readonly states: ChargeStates[];
  readonly options: StateReadOptions;
}

async function readBatch(clickHouse: ClickHouse, read: BatchRead): Promise<void> {
  const charges = chargesOf(read, read.ordinals[0]);
  const summed = read.positions.filter(
    (position) => read.options.foldOnly !== true && charges[position]?.measure !== null,
  );
  const folded = read.positions.filter((position) => !summed.includes(position));
  const parameters = spanParameters(read);
  const nested: number[] = [];
  for (let at = 0; at < summed.length; at += measuresMax) {
    const part = summed.slice(at, at + measuresMax);
    const measures = part.flatMap((position) => charges[position]?.measure ?? []);
    for (const row of await readSumCount(clickHouse, measures, parameters)) {
      if (row.nested !== '0') nested.push(row.ordinal);
      part.forEach((position, column) => {
        const text = sumCountState(row.counts[column] ?? '0', row.sums[column] ?? '0');
        setState(read, row.ordinal, position, ({ rater }) => rater.decode(text));
      });
    }
  }
  if (folded.length > 0) await foldEvents(clickHouse, read, read.ordinals, folded);
  const again = [...new Set(nested)];
  if (again.length > 0) {
    for (const ordinal of again) {
      for (const position of summed) setState(read, ordinal, position, emptyState);
    }
    await foldEvents(clickHouse, read, again, summed);
  }
}

async function foldEvents(
  clickHouse: ClickHouse,
  read: BatchRead,
  ordinals: readonly number[],
  positions: readonly number[],
): Promise<void> {
  const sample = new StoredSample();
  const parameters = spanParameters({ ...read, ordinals });
  for await (const events of readSpanEvents(clickHouse, parameters)) {
    for (const event of events) {
      const charges = chargesOf(read, event.ordinal);
      sample.moveTo(event);
      for (const position of positions) {
        charges[position]?.rater.add(read.states[event.ordinal]?.[position], sample);
      }
    }
  }
}

function chargesOf(read: BatchRead, ordinal: number | undefined): readonly MeteredCharge[] {
  const request = ordinal === undefined ? undefined : read.requests[ordinal];
  assert(request !== undefined, 'A row names a request that was not asked for.');
  return request.charges;
}

function setState(
  read: BatchRead,
  ordinal: number,
  position: number,
  make: (charge: MeteredCharge, request: StateRequest) => unknown,
): void {
  const request = read.requests[ordinal];
  const charge = request?.charges[position];
  const states = read.states[ordinal];
  assert(request && charge && states, 'A row names a charge that was not asked for.');
  states[position] = make(charge, request);
}

function emptyState({ rater }: MeteredCharge, { carried, period }: StateRequest): unknown {
  return rater.empty(period, carried);
}

function spanParameters(
  read: Pick<BatchRead, 'ordinals' | 'requests' | 'type' | 'options'>,
): Record<string, ClickHouseParameter> {
  const requests = read.ordinals.flatMap((ordinal) => read.requests[ordinal] ?? []);
  return {
    tenant: read.options.tenant,
    type: read.type,
    ordinals: read.ordinals,
    customers: requests.map(({ customer }) => customer),
    spanFroms: requests.map(({ span }) => span.from),
    spanTos: requests.map(({ span }) => span.to),
    earliest: requests.reduce((least, { span }) => Math.min(least, span.from), Infinity),
    latest: requests.reduce((greatest, { span }) => Math.max(greatest, span.to), -Infinity),
    ...boundParameters(read.options.bound),
  };
}

function groupByCharges(requests: readonly StateRequest[]): number[][] {
  const groups = new Map<readonly MeteredCharge[], number[]>();
  requests.forEach(({ charges }, ordinal) => {
    const group = groups.get(charges);
    if (group === undefined) groups.set(charges, [ordinal]);
    else group.push(ordinal);
  });
  return [...groups.values()];
}

/** Neighbours in the sort key stay together, so that a batch reads few granules of the table. */
function* batchesOf(
  group: readonly number[],
  requests: readonly StateRequest[],
): Generator<number[]> {
  const customerOf = (ordinal: number): string => requests[ordinal]?.customer ?? '';
  const sorted = [...group].sort((left, right) =>
    customerOf(left) < customerOf(right)
      ? -1
      : customerOf(left) > customerOf(right)
        ? 1
        : left - right,
  );
  let batch: number[] = [];
  let bytes = 0;
  for (const ordinal of sorted) {
    const size = Buffer.byteLength(customerOf(ordinal)) + 3;
    if (batch.length === batchRequests || bytes + size > batchCustomerBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(ordinal);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function workOf(batch: readonly number[], requests: readonly StateRequest[]): BatchWork[] {
  const charges = requests[batch[0] ?? 0]?.charges ?? [];
  const byType = new Map<string, number[]>();
  charges.forEach(({ eventType }, position) => {
    byType.set(eventType, [...(byType.get(eventType) ?? []), position]);
  });
  return [...byType].map(([type, positions]) => ({ ordinals: batch, type, positions }));
}
