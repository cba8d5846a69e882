export { createMetrics, durationBuckets } from './metrics.ts';
export type {
  CounterInstrument,
  GaugeInstrument,
  GaugeOptions,
  HistogramInstrument,
  HistogramOptions,
  InstrumentOptions,
  Metrics,
  MetricsOptions,
} from './metrics.ts';
