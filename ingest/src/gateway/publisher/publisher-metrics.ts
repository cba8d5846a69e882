import type { CounterInstrument, HistogramInstrument, Metrics } from '@tidemark/platform/metrics';

/** What the publisher counts: per envelope or at a scrape, never per event. */
export interface PublisherMetrics {
  readonly appendSeconds: HistogramInstrument<never>;
  readonly envelopes: CounterInstrument<'outcome'>;
  readonly envelopeEvents: HistogramInstrument<never>;
}

/** Read at each scrape. */
export interface PublisherGauges {
  bytesInFlight(): number;
  partitions(): readonly PartitionGauges[];
}

interface PartitionGauges {
  readonly partition: number;
  readonly queuedBytes: number;
  readonly lastAssigned: number;
  readonly ackedThrough: number;
  readonly repeating: number;
}

export function createPublisherMetrics(
  metrics: Metrics,
  gauges: PublisherGauges,
): PublisherMetrics {
  metrics.gauge({
    name: 'tidemark_gateway_in_flight_bytes',
    help: 'Bytes of events read and not yet acknowledged by the log.',
    collect: (gauge) => gauge.set({}, gauges.bytesInFlight()),
  });
  const perPartition = (name: string, help: string, read: (gauges: PartitionGauges) => number) => {
    metrics.gauge({
      name,
      help,
      labelNames: ['partition'],
      collect: (gauge) => {
        for (const partition of gauges.partitions()) {
          gauge.set({ partition: String(partition.partition) }, read(partition));
        }
      },
    });
  };
  perPartition(
    'tidemark_gateway_queued_bytes',
    'Bytes of events that wait to be appended.',
    ({ queuedBytes }) => queuedBytes,
  );
  perPartition(
    'tidemark_gateway_sequence',
    'Sequence of the last envelope sent to the partition.',
    ({ lastAssigned }) => lastAssigned,
  );
  perPartition(
    'tidemark_gateway_acked_through',
    'Every sequence up to this one is in the log.',
    ({ ackedThrough }) => ackedThrough,
  );
  perPartition(
    'tidemark_gateway_repeating_envelopes',
    'Envelopes whose append failed and that are not in the log yet.',
    ({ repeating }) => repeating,
  );
  return {
    appendSeconds: metrics.histogram({
      name: 'tidemark_gateway_append_seconds',
      help: 'Time from sending an envelope to the acknowledgement of the log, or its failure.',
    }),
    envelopes: metrics.counter({
      name: 'tidemark_gateway_envelopes_total',
      help: 'Envelopes by outcome: acknowledged, unknown (the append failed), repeated (acknowledged later).',
      labelNames: ['outcome'],
    }),
    envelopeEvents: metrics.histogram({
      name: 'tidemark_gateway_envelope_events',
      help: 'Events per acknowledged envelope.',
      buckets: [1, 10, 100, 500, 1000, 2000, 5000, 10_000],
    }),
  };
}
