import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('exposes counters, gauges and histograms with the role label', async () => {
    const metrics = createMetrics({ role: 'gateway', processMetrics: false });
    const events = metrics.counter({
      name: 'tidemark_events_total',
      help: 'Events.',
      labelNames: ['outcome'],
    });
    events.inc({ outcome: 'accepted' }, 3);
    metrics.gauge({ name: 'tidemark_lag', help: 'Lag.', collect: (gauge) => gauge.set({}, 7) });
    metrics
      .histogram({ name: 'tidemark_flush_seconds', help: 'Flush.', buckets: [1] })
      .observe({}, 0.5);
    const { text } = await metrics.expose();
    expect(text).toContain('tidemark_events_total{outcome="accepted",role="gateway"} 3');
    expect(text).toContain('tidemark_lag{role="gateway"} 7');
    expect(text).toContain('tidemark_flush_seconds_bucket{le="1",role="gateway"} 1');
  });

  it('includes process metrics by default', async () => {
    const { text } = await createMetrics().expose();
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('refuses names without the prefix and counters without _total', () => {
    const metrics = createMetrics({ processMetrics: false });
    expect(() => metrics.gauge({ name: 'lag', help: '' })).toThrow(/tidemark_/);
    expect(() => metrics.counter({ name: 'tidemark_events', help: '' })).toThrow(/_total/);
  });

  it('keeps two registries apart', async () => {
    const first = createMetrics({ processMetrics: false });
    const second = createMetrics({ processMetrics: false });
    first.counter({ name: 'tidemark_a_total', help: 'A.' }).inc({});
    expect((await second.expose()).text).not.toContain('tidemark_a_total');
  });
});
