/**
 * The metrics of one process. The registry is created by the composition root and passed on explicitly; the product
 * sees the narrow instruments below, never prom-client. Labels must be bounded sets: no ids, no customers.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { assert } from '../errors/index.ts';

type Labels<Name extends string> = Readonly<Record<Name, string>>;

export interface InstrumentOptions<Name extends string> {
  /** `tidemark_` and base units: `_total` for a counter, `_seconds`, `_bytes`. */
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Name[];
}

export interface HistogramOptions<Name extends string> extends InstrumentOptions<Name> {
  /** Upper bounds, ascending; `durationBuckets` when left out. */
  readonly buckets?: readonly number[];
}

export interface GaugeOptions<Name extends string> extends InstrumentOptions<Name> {
  /** Called at each scrape; sets the current values. */
  readonly collect?: (gauge: GaugeInstrument<Name>) => void | Promise<void>;
}

export interface CounterInstrument<Name extends string> {
  /** Adds `by` (default 1, never negative). An instrument without labels takes `{}`. */
  inc(labels: Labels<Name>, by?: number): void;
}

export interface GaugeInstrument<Name extends string> {
  set(labels: Labels<Name>, value: number): void;
  /** Forgets one series, for example of a partition that was revoked. */
  remove(labels: Labels<Name>): void;
}

export interface HistogramInstrument<Name extends string> {
  observe(labels: Labels<Name>, value: number): void;
  /** Starts a timer; the returned function observes the seconds since. */
  startTimer(labels: Labels<Name>): () => number;
}

export interface Metrics {
  counter<Name extends string = never>(options: InstrumentOptions<Name>): CounterInstrument<Name>;
  gauge<Name extends string = never>(options: GaugeOptions<Name>): GaugeInstrument<Name>;
  histogram<Name extends string = never>(
    options: HistogramOptions<Name>,
  ): HistogramInstrument<Name>;
  /** The exposition text and its content type, for `GET /metrics`. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Seconds, from a millisecond to half a minute. */
export const durationBuckets: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

export interface MetricsOptions {
  /** Label `role` on every series. */
  readonly role?: string;
  /** CPU, memory, event-loop lag and garbage collection of the process; default true. */
  readonly processMetrics?: boolean;
}

/** Creates a process's registry. An instrument's name may be registered once. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  if (options.role !== undefined) registry.setDefaultLabels({ role: options.role });
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  return {
    counter: (spec) => createCounter(registry, spec),
    gauge: (spec) => createGauge(registry, spec),
    histogram: (spec) => createHistogram(registry, spec),
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function createCounter<Name extends string>(
  registry: Registry,
  spec: InstrumentOptions<Name>,
): CounterInstrument<Name> {
  assert(spec.name.endsWith('_total'), `Counter ${spec.name} must end in _total.`);
  const counter = new Counter<Name>({ ...base(spec), registers: [registry] });
  return { inc: (labels, by = 1) => counter.inc(labels, by) };
}

function createGauge<Name extends string>(
  registry: Registry,
  spec: GaugeOptions<Name>,
): GaugeInstrument<Name> {
  const { collect } = spec;
  const gauge = new Gauge<Name>({
    ...base(spec),
    registers: [registry],
    ...(collect === undefined ? {} : { collect: () => collect(instrument) }),
  });
  const instrument: GaugeInstrument<Name> = {
    set: (labels, value) => gauge.set(labels, value),
    remove: (labels) => gauge.remove(labels),
  };
  return instrument;
}

function createHistogram<Name extends string>(
  registry: Registry,
  spec: HistogramOptions<Name>,
): HistogramInstrument<Name> {
  const buckets = [...(spec.buckets ?? durationBuckets)];
  const histogram = new Histogram<Name>({ ...base(spec), buckets, registers: [registry] });
  return {
    observe: (labels, value) => histogram.observe(labels, value),
    startTimer: (labels) => {
      const start = process.hrtime.bigint();
      return () => {
        const seconds = Number(process.hrtime.bigint() - start) / 1e9;
        histogram.observe(labels, seconds);
        return seconds;
      };
    },
  };
}

function base<Name extends string>(spec: InstrumentOptions<Name>) {
  assert(/^tidemark_[a-z0-9_]+$/.test(spec.name), `Metric ${spec.name} must start with tidemark_.`);
  return { name: spec.name, help: spec.help, labelNames: [...(spec.labelNames ?? [])] };
}
