import { ColumnsBuilder, partitionOf } from '@tidemark/ingest/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundaries,
  bytesMeter,
  callsMeter,
  engineSettings,
  planVersion,
  start,
  subscription,
  usageEvent,
} from '../../test/fakes/usage-scene.ts';
import { ChargeCompiler } from '../catalog/charge-compiler.ts';
import { ColumnSample } from './column-sample.ts';
import { EnvelopeCustomers } from './envelope-customers.ts';
import { EnvelopeTotals } from './envelope-totals.ts';
import { createPartitionState } from './partition-state.ts';
import { RecordCoordinates } from './row-coordinates.ts';

const event = fc.record({
  customer: fc.constantFrom('ada', 'bob', 'nobody'),
  type: fc.constantFrom('request', 'other'),
  time: fc.constantFrom(start - 1, start, boundaries[1]! - 1, boundaries[1]!, boundaries[2]!),
  bytes: fc.constantFrom<number | string | undefined>(
    0,
    1,
    -7,
    1.25,
    1e-7,
    Number.MAX_SAFE_INTEGER,
    '12345678901234567890.123456789012345678',
    undefined,
  ),
});

const ofAda = (bytes: number) =>
  ({ customer: 'ada', type: 'request', time: start, bytes }) as const;

describe('EnvelopeTotals', () => {
  it('moves totals as adding every event by itself does, over several envelopes', () => {
    const envelope = fc.array(event, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(envelope, { minLength: 1, maxLength: 3 }), (envelopes) => {
        const state = createPartitionState(
          { incarnation: 1, partition: partitionOf('acme', 'ada', 1), partitionCount: 1 },
          null,
          { ...engineSettings, compiler: new ChargeCompiler() },
        );
        const customers = ['ada', 'bob'].map((customer) => subscription(customer));
        state.catalog.load(1, [callsMeter, bytesMeter, planVersion(1, '0.02'), ...customers]);
        const expected = new Map<string, { state: unknown; events: number; version: number }>();
        envelopes.forEach((sketches, position) => {
          const offset = 5 + position;
          const builder = new ColumnsBuilder();
          for (const { bytes, ...sketch } of sketches) {
            const data = bytes === undefined ? {} : { bytes };
            builder.add(usageEvent({ id: 'x', ...sketch, data }));
          }
          const columns = builder.build();
          const sample = new ColumnSample(columns);
          for (let row = 0; row < columns.count; row++) {
            const { customer, type, time } = sketches[row]!;
            sample.moveTo(row, offset, row);
            for (const segment of state.catalog.route('acme', customer, type, time).segments) {
              const { rater } = segment.metered;
              const own = expected.get(segment.key) ?? {
                state: rater.empty(segment.period),
                events: 0,
                version: 0,
              };
              expected.set(segment.key, own);
              if (rater.add(own.state, sample) !== 'measured') continue;
              own.events++;
              own.version = offset + 1;
            }
          }
          const origin = { incarnation: 1, partition: 0, offset, backfill: true };
          const coordinates = new RecordCoordinates({ ...origin, logTimeMs: 0, logTimeMaxMs: 0 });
          const target = { totals: state.totals, coordinates, epoch: 1 };
          const entries = new EnvelopeCustomers(columns, state.subjects);
          const totals = new EnvelopeTotals(columns, entries, new ColumnSample(columns), target);
          for (let row = 0; row < columns.count; row++) totals.add(row);
          totals.finish();
        });
        state.totals.takeChanged();
        for (const [key, own] of expected) {
          const total = state.totals.get(key)!;
          const { rater } = total.segment.metered;
          expect(rater.encode(total.state)).toBe(rater.encode(own.state));
          expect(total.events).toBe(own.events);
          expect(total.version).toBe(own.version);
        }
      }),
      // The last one: two sums that are safe, and together are not.
      { numRuns: 300, examples: [[[[ofAda(Number.MAX_SAFE_INTEGER)], [ofAda(2)]]]] },
    );
  });
});
