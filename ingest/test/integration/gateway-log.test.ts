import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsContentType } from '../../src/contract/columns-codec.ts';
import { partitionOf } from '../../src/contract/partition.ts';
import { GatewayUnderTest } from '../fakes/gateway-under-test.ts';
import { columnar, event } from '../fakes/sent-events.ts';

let gateway: GatewayUnderTest;

/** Something of everything that the metrics count, in all partitions of the log. */
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  for (let round = 0; round < 5; round += 1) {
    await gateway.postJson(Array.from({ length: 5 }, () => event()));
    await gateway.post(columnar([event(), event()]), { type: columnsContentType });
  }
  await gateway.postJson(event(), { key: 'other-key' });
  const old = event({ time: '2015-05-17T10:05:03Z' });
  await gateway.postJson(old, { key: 'billing-key', query: '?backfill=true' });
  await gateway.postJson(old);
  for (const key of ['', 'unknown-key']) await gateway.postJson(event(), { key });
});

afterAll(async () => {
  await gateway.stop();
});

describe('the log behind it', () => {
  it('holds every event in the partition of its subject, in envelopes without a gap', async () => {
    const envelopes = await gateway.envelopes();
    for (const { columns, partition } of envelopes) {
      for (const subject of columns.subject.dictionary) {
        expect(columns.tenant.dictionary).toHaveLength(1);
        expect(partitionOf(columns.tenant.dictionary[0]!, subject, 4)).toBe(partition);
      }
    }
    for (let partition = 0; partition < 4; partition += 1) {
      const marks = envelopes
        .filter((each) => each.partition === partition)
        .map(({ gateway: mark }) => mark);
      const sequences = marks.map(({ sequence }) => sequence);
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
      expect(marks.every(({ sequence, ackedThrough }) => ackedThrough < sequence)).toBe(true);
    }
  });

  it('shows what it did in its metrics', async () => {
    const { text } = await gateway.metrics.expose();
    expect(text).toMatch(/tidemark_gateway_events_received_total\{format="columnar"\} \d/);
    expect(text).toMatch(/tidemark_gateway_events_accepted_total\{backfill="true"\} 1\n/);
    expect(text).toMatch(
      /tidemark_gateway_events_rejected_total\{code="ingest\/event-too-old"\} \d/,
    );
    expect(text).toMatch(
      /tidemark_gateway_requests_refused_total\{code="ingest\/unauthorized"\} 2\n/,
    );
    expect(text).toMatch(/tidemark_gateway_in_flight_bytes 0\n/);
    expect(text).toMatch(/tidemark_gateway_sequence\{partition="0"\} [1-9]/);
    expect(text).toMatch(/tidemark_gateway_envelopes_total\{outcome="acknowledged"\} [1-9]/);
  });
});
