/**
 * The panels of the "Pipeline" dashboard as data, in the order in which an event passes them. A test runs every query
 * against a real Prometheus that scrapes a real pipeline, so a renamed metric cannot leave an empty panel behind.
 */
interface PanelQuery {
  readonly expression: string;
  readonly legend: string;
}

export interface PipelinePanel {
  readonly title: string;
  /** What it tells, and when to worry. */
  readonly description: string;
  readonly kind: 'timeseries' | 'stat';
  readonly unit: string;
  readonly queries: readonly PanelQuery[];
}

export interface PipelineRow {
  readonly title: string;
  readonly panels: readonly PipelinePanel[];
}

const quantile = (share: number, histogram: string): string =>
  `histogram_quantile(${share}, sum by (le) (rate(${histogram}_bucket[$__rate_interval])))`;

const rate = (counter: string, by?: string): string =>
  `sum${by === undefined ? '' : ` by (${by})`} (rate(${counter}[$__rate_interval]))`;

export const pipelineRows: readonly PipelineRow[] = [
  {
    title: 'Is every event accounted for?',
    panels: [
      {
        title: 'Unaccounted events',
        description:
          'logged less stored, duplicate and dead letters, since the log began. Anything but 0 is an event that was lost or counted twice: stop closing periods and look.',
        kind: 'stat',
        unit: 'short',
        queries: [
          {
            expression:
              'sum(tidemark_rater_partition_events{count="logged"}) - sum(tidemark_rater_partition_events{count=~"stored|duplicate|dead"})',
            legend: 'difference',
          },
        ],
      },
      {
        title: 'Lost envelopes',
        description:
          'Envelopes that a gateway saw acknowledged and the raters never met. Anything but 0 is a loss in the log.',
        kind: 'stat',
        unit: 'short',
        queries: [{ expression: 'sum(tidemark_rater_envelopes_lost_total)', legend: 'lost' }],
      },
      {
        title: 'Halted partitions',
        description:
          'Partitions that stopped because going on would not be safe; the log says why.',
        kind: 'stat',
        unit: 'short',
        queries: [{ expression: 'sum(tidemark_rater_halted_partitions)', legend: 'halted' }],
      },
    ],
  },
  {
    title: 'Coming in',
    panels: [
      {
        title: 'Events answered',
        description: 'Accepted (durable in the log) and rejected events a second.',
        kind: 'timeseries',
        unit: 'cps',
        queries: [
          { expression: rate('tidemark_gateway_events_accepted_total'), legend: 'accepted' },
          {
            expression: rate('tidemark_gateway_events_rejected_total', 'code'),
            legend: '{{code}}',
          },
        ],
      },
      {
        title: 'Acknowledgement of the log',
        description: 'Time from sending an envelope to its acknowledgement.',
        kind: 'timeseries',
        unit: 's',
        queries: [
          { expression: quantile(0.5, 'tidemark_gateway_append_seconds'), legend: 'p50' },
          { expression: quantile(0.99, 'tidemark_gateway_append_seconds'), legend: 'p99' },
        ],
      },
      {
        title: 'Bytes in flight',
        description: 'Accepted bytes that wait for the log. At the bound the gateway answers 503.',
        kind: 'timeseries',
        unit: 'bytes',
        queries: [{ expression: 'sum(tidemark_gateway_in_flight_bytes)', legend: 'in flight' }],
      },
      {
        title: 'Requests refused',
        description: 'Requests that failed as a whole, by code; overloaded means back-pressure.',
        kind: 'timeseries',
        unit: 'reqps',
        queries: [
          {
            expression: rate('tidemark_gateway_requests_refused_total', 'code'),
            legend: '{{code}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Rating',
    panels: [
      {
        title: 'Events rated',
        description: 'By outcome; a rise of dead letters or conflicts is a producer to talk to.',
        kind: 'timeseries',
        unit: 'cps',
        queries: [
          { expression: rate('tidemark_rater_events_total', 'outcome'), legend: '{{outcome}}' },
        ],
      },
      {
        title: 'Lag',
        description: 'Records in the log that are not rated and stored yet, by partition.',
        kind: 'timeseries',
        unit: 'short',
        queries: [
          {
            expression: 'sum by (partition) (tidemark_rater_lag_records)',
            legend: '{{partition}}',
          },
        ],
      },
      {
        title: 'Oldest unstored event',
        description: 'How far live totals are behind the log.',
        kind: 'timeseries',
        unit: 's',
        queries: [{ expression: 'max(tidemark_rater_oldest_unprocessed_seconds)', legend: 'age' }],
      },
      {
        title: 'Flush',
        description: 'Time of one group commit: rows, then progress.',
        kind: 'timeseries',
        unit: 's',
        queries: [
          { expression: quantile(0.5, 'tidemark_rater_flush_seconds'), legend: 'p50' },
          { expression: quantile(0.99, 'tidemark_rater_flush_seconds'), legend: 'p99' },
        ],
      },
    ],
  },
];
