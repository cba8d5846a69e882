import { ColumnsBuilder, encodeEnvelope } from '@tidemark/ingest/contract';
import type { AcceptedEvent } from '@tidemark/ingest/contract';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../test/fakes/memory-usage-store.ts';
import type { Row } from '../../test/fakes/memory-usage-store.ts';
import {
  bytesMeter,
  callsMeter,
  engineSettings,
  keys,
  planVersion,
  start,
  startMs,
  subscription,
  usageEvent,
} from '../../test/fakes/usage-scene.ts';
import { ChargeCompiler } from '../catalog/charge-compiler.ts';
import { IdentityHasher } from './fingerprint.ts';
import { PartitionBatch } from './partition-batch.ts';
import type { BatchTable } from './partition-batch.ts';
import { createPartitionState } from './partition-state.ts';
import type { PartitionState } from './partition-state.ts';
import { RatingContext, rateRecord } from './rate-envelope.ts';
import type { StepInput } from './rate-envelope.ts';
import type { RatingRecord } from './rating-record.ts';
import { StateRecovery } from './state-recovery.ts';

function createInput(): StepInput {
  const identity = { incarnation: 1, partition: 0, partitionCount: 1 };
  const compiler = new ChargeCompiler();
  const state = createPartitionState(identity, null, { ...engineSettings, compiler });
  state.catalog.load(1, [callsMeter, bytesMeter, planVersion(1, '0.02'), subscription('ada')]);
  return { state, batch: new PartitionBatch(), context: new RatingContext(engineSettings) };
}

function record(
  offset: number,
  events: readonly AcceptedEvent[],
  logTimeMs = startMs,
): RatingRecord {
  const builder = new ColumnsBuilder();
  for (const event of events) builder.add(event);
  const mark = { gatewayId: 'g', sequence: offset + 1, ackedThrough: offset };
  return { offset, logTimeMs, key: null, ...encodeEnvelope(builder.build(), mark, false, keys) };
}

const event = (id: string, change: Partial<Parameters<typeof usageEvent>[0]> = {}): AcceptedEvent =>
  usageEvent({ id, customer: 'ada', ...change });

function taken({ state, batch }: StepInput, table: BatchTable): Row[] {
  return (batch.take(state).blocks[table] ?? []).flatMap(rowsOf);
}

function figures(state: PartitionState): unknown {
  return { next: state.next, counts: { ...state.counts }, ids: state.dedup.count };
}

describe('rateRecord', () => {
  it('halts where log time and the clock of the gateway are more than an hour apart', () => {
    const stamped = (sentAtMs: number, logTimeMs: number): RatingRecord => {
      const builder = new ColumnsBuilder();
      builder.add(event('a'));
      const mark = { gatewayId: 'g', sequence: 1, ackedThrough: 0, sentAtMs };
      const sealed = encodeEnvelope(builder.build(), mark, false, keys);
      return { offset: 0, logTimeMs, key: null, ...sealed };
    };
    const hourMs = 3_600_000;
    for (const apart of [hourMs + 1, -hourMs - 1]) {
      const input = createInput();
      expect(rateRecord(stamped(startMs, startMs + apart), input)).toMatchObject({
        kind: 'halt',
        reason: 'rater/log-time-jump',
      });
      expect(input.state).toMatchObject({ next: 0, counts: { logged: 0 } });
      const tolerant = { ...engineSettings, clockToleranceMs: 2 * hourMs };
      const context = new RatingContext(tolerant);
      const late = rateRecord(stamped(startMs, startMs + apart), { ...input, context });
      expect(late).toEqual({ kind: 'applied' });
    }
    for (const apart of [hourMs, -hourMs]) {
      const applied = rateRecord(stamped(startMs, startMs + apart), createInput());
      expect(applied).toEqual({ kind: 'applied' });
    }
  });

  it('passes over a record that it has applied before', () => {
    const input = createInput();
    rateRecord(record(0, [event('a')]), input);
    const before = figures(input.state);
    expect(rateRecord(record(0, [event('a')]), input)).toEqual({ kind: 'ignored' });
    expect(figures(input.state)).toEqual(before);
    expect(taken(input, 'usage_events')).toHaveLength(1);
  });

  it('refuses a record behind a gap and changes nothing', () => {
    const input = createInput();
    expect(rateRecord(record(1, [event('a')]), input)).toEqual({ kind: 'gap', expected: 0 });
    expect(figures(input.state)).toEqual(figures(createInput().state));
  });

  it('stores an event whose own row is already known, so that a range can be written again', () => {
    const input = createInput();
    const hasher = new IdentityHasher(keys.fingerprint);
    const prefix = hasher.prefix('acme', 'ada', 'edge');
    const lanes = hasher.fingerprints({ kind: 'text', values: ['a'] }, 1, () => prefix);
    input.state.dedup.insert(lanes, 0, { offset: 0, index: 1, payloadCheck: 0 });
    rateRecord(record(0, [event('x'), event('a')]), input);
    expect(taken(input, 'usage_events').map((row) => row['id'])).toEqual(['x', 'a']);
  });

  it('writes each row from the record and its coordinate alone', () => {
    const input = createInput();
    rateRecord(
      record(0, [event('a', { data: { z: 'é', bytes: '1.50', b: [1, null] } })], startMs + 7),
      input,
    );
    expect(taken(input, 'usage_events')).toEqual([
      {
        tenant: 'acme',
        subject: 'ada',
        type: 'request',
        source: 'edge',
        id: 'a',
        time: String(start),
        data: '{"b":[1,null],"bytes":"1.50","z":"é"}',
        incarnation: '1',
        partition: '0',
        offset: '0',
        index: '0',
        log_time: String(startMs + 7),
        fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        payload_hash: expect.stringMatching(/^\d+$/) as string,
        backfill: '0',
      },
    ]);
  });

  it('measures the acceptance window against the running maximum of the log time, with an hour to spare', () => {
    const input = createInput();
    const day = 24 * 3600 * 1000;
    rateRecord(record(0, [event('a')], startMs + 35 * day), input);
    // A leader's clock that runs behind does not open the window again.
    rateRecord(record(1, [event('b', { time: start - 3600 * 1_000_000 })], startMs), input);
    rateRecord(record(2, [event('c', { time: start - 3600 * 1_000_000 - 1 })], startMs), input);
    const dead = taken(input, 'dead_letters');
    expect(dead.map((row) => [row['id'], row['reason']])).toEqual([['c', 'ingest/event-too-old']]);
  });

  it('keeps a dead letter readable and below its limit', () => {
    const input = createInput();
    const data = { bytes: 'x', text: 'é'.repeat(60_000) };
    rateRecord(record(0, [event('a', { data })]), input);
    const [dead] = taken(input, 'dead_letters');
    expect(Buffer.byteLength(dead!['payload']!)).toBeLessThanOrEqual(64 * 1024);
    expect(dead!['payload']).toMatch(/^\{"id":"a".*é$/);
  });

  it('counts what the log logged as stored, duplicate and dead, and takes the xor of what it stored', () => {
    const input = createInput();
    const other = usageEvent({ id: 'n', customer: 'ada', type: 'other' });
    rateRecord(
      record(0, [event('a'), event('a'), event('b'), event('c', { data: { bytes: true } }), other]),
      input,
    );
    const rows = taken(input, 'envelope_outcomes');
    expect(
      rows.map((row) => [row['type'], row['logged'], row['stored'], row['duplicate'], row['dead']]),
    ).toEqual([
      ['other', '1', '1', '0', '0'],
      ['request', '4', '2', '1', '1'],
    ]);
    const again = createInput();
    rateRecord(
      record(0, [event('a'), event('a'), event('b'), event('c', { data: { bytes: true } }), other]),
      again,
    );
    const xor = taken(again, 'usage_events')
      .filter((row) => row['type'] === 'request')
      .reduce((sum, row) => sum ^ BigInt(row['payload_hash'] ?? 0), 0n);
    expect(rows[1]!['stored_xor']).toBe(String(xor));
  });
});

describe('StateRecovery', () => {
  it('takes no owner at or above the bound, whatever the store hands over', () => {
    const { state } = createInput();
    const recovery = new StateRecovery(state);
    recovery.loadOwners({
      count: 1,
      fingerprints: new Uint8Array(16).fill(1),
      offsets: Float64Array.of(0),
      indices: Uint32Array.of(0),
      payloadHashes: BigUint64Array.of(0n),
    });
    expect(state.dedup.count).toBe(0);
    expect(recovery.prove()).toEqual({ kind: 'proven' });
  });

  it('refuses a store that holds one identity at two coordinates', () => {
    const { state } = createInput();
    state.next = 9;
    const owners = {
      count: 2,
      fingerprints: new Uint8Array(32).fill(1),
      offsets: Float64Array.of(0, 1),
      indices: Uint32Array.of(0, 0),
      payloadHashes: BigUint64Array.of(0n, 0n),
    };
    expect(() => new StateRecovery(state).loadOwners(owners)).toThrow('same identity');
  });
});
