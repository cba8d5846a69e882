import type { CounterInstrument, Metrics } from '@tidemark/platform/metrics';

/** What the gateway counts, once a request. Codes and formats are closed lists, so the series stay few. */
export interface GatewayMetrics {
  readonly received: CounterInstrument<'format'>;
  readonly accepted: CounterInstrument<'backfill'>;
  readonly rejected: CounterInstrument<'code'>;
  readonly refused: CounterInstrument<'code'>;
}

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  return {
    received: metrics.counter({
      name: 'tidemark_gateway_events_received_total',
      help: 'Events read from requests, by format of the body.',
      labelNames: ['format'],
    }),
    accepted: metrics.counter({
      name: 'tidemark_gateway_events_accepted_total',
      help: 'Events answered as accepted, after the log acknowledged them.',
      labelNames: ['backfill'],
    }),
    rejected: metrics.counter({
      name: 'tidemark_gateway_events_rejected_total',
      help: 'Events answered as rejected, by code.',
      labelNames: ['code'],
    }),
    refused: metrics.counter({
      name: 'tidemark_gateway_requests_refused_total',
      help: 'Requests that failed as a whole, by problem code.',
      labelNames: ['code'],
    }),
  };
}
