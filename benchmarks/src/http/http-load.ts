/** What the generator is asked to send, and what has to come of it. */
import { WrongResult, mustEqual } from '../lib/comparison.ts';
import type { RunSize } from '../lib/comparison.ts';
import type { ExpectedUsage } from '../workload/usage.ts';
import { bearer } from './gateway.ts';
import { Child } from './child.ts';
import type { LoadOrder, LoadReport } from './load-process.ts';
import type { BodyFormat } from './request-bodies.ts';

export interface HttpLoad {
  readonly name: string;
  readonly title: string;
  readonly format: BodyFormat;
  readonly eventsPerRequest: number;
  /** Requests in flight are `connections` times `pipelining`. */
  readonly connections: number;
  readonly pipelining: number;
  /** Part of the quick set; the other formats follow the same code. */
  readonly quick: boolean;
  /** Events of one round. */
  readonly events: (size: RunSize) => number;
}

const batches = ({ quick }: RunSize): number => (quick ? 400_000 : 2_000_000);
const singles = ({ quick }: RunSize): number => (quick ? 20_000 : 100_000);
const json = { eventsPerRequest: 100, connections: 64, pipelining: 2, events: batches };

/** The loads of the published figures. */
export const httpLoads = {
  columnar: {
    name: 'columnar',
    title: 'SDK, 2,000 events a request in columns',
    format: 'columnar',
    eventsPerRequest: 2000,
    connections: 16,
    pipelining: 1,
    quick: true,
    events: ({ quick }) => (quick ? 800_000 : 4_000_000),
  },
  json: { name: 'json', title: 'JSON, 100 events a request', format: 'json', quick: true, ...json },
  ndjson: {
    name: 'ndjson',
    title: 'NDJSON, 100 events a request',
    format: 'ndjson',
    quick: false,
    ...json,
  },
  cloudEvents: {
    name: 'cloudevents',
    title: 'CloudEvents batches of 100',
    format: 'cloudevents-batch',
    quick: false,
    ...json,
  },
  single: {
    name: 'single',
    title: 'JSON, one event a request',
    format: 'json-one',
    eventsPerRequest: 1,
    // An answer waits for an envelope that gathers for 25 ms, so fewer in flight would bound the rate, not the CPU.
    connections: 256,
    pipelining: 4,
    quick: true,
    events: singles,
  },
} as const satisfies Record<string, HttpLoad>;

/** The generator's process; ids are new with every order. */
export class LoadGenerator {
  readonly #child = new Child(new URL('./load-process.ts', import.meta.url));
  readonly #now = Date.now() * 1000;
  #requests = 0;

  get processId(): number {
    return this.#child.processId;
  }

  /** Resolves when every request is answered. Throws `WrongResult` for an answer that is no acceptance. */
  async send(load: HttpLoad, port: number, events: number): Promise<LoadReport> {
    const { format, eventsPerRequest, connections, pipelining } = load;
    const requests = Math.ceil(events / eventsPerRequest);
    const order: LoadOrder = {
      port,
      bearer,
      body: { format, eventsPerRequest, customers: 5000, zipf: 1.1, seed: 1, now: this.#now },
      connections,
      pipelining,
      requests,
      firstRequest: this.#requests,
    };
    this.#requests += requests;
    const report = await this.#child.ask<LoadReport>(order);
    if (report.refused > 0) throw new WrongResult(`${report.refused} requests were refused.`);
    mustEqual('rejected events', report.rejected, 0);
    return report;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}

/** What must be in the store when everything of the order was accepted. */
export function expectedOf(report: LoadReport): ExpectedUsage {
  return {
    logged: report.events,
    duplicates: report.duplicates,
    stored: report.events - report.duplicates,
    amountThousandths: BigInt(report.amountThousandths),
  };
}
