/**
 * What the gateway costs for each format of `POST /v1/events`: CPU microseconds of its process an event and a request, the
 * rate, and beside it, round by round, a bare route of the same web framework that reads the same bodies.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tenant } from '../workload/catalog.ts';
import type { GatewayLog, GatewayUsage } from './gateway-process.ts';
import type { LoadOrder, LoadReport } from './load-process.ts';
import type { BodyFormat } from './request-bodies.ts';

export interface HttpIngestCase {
  readonly name: string;
  readonly format: BodyFormat;
  readonly eventsPerRequest: number;
  readonly connections: number;
  readonly pipelining: number;
}

/** The cases of the published figures. */
export const httpIngestCases: readonly HttpIngestCase[] = [
  { name: 'columnar', format: 'columnar', eventsPerRequest: 2000, connections: 16, pipelining: 2 },
  { name: 'json-100', format: 'json', eventsPerRequest: 100, connections: 64, pipelining: 2 },
  { name: 'json-1', format: 'json-one', eventsPerRequest: 1, connections: 256, pipelining: 1 },
  {
    name: 'json-1-pipelined',
    format: 'json-one',
    eventsPerRequest: 1,
    connections: 64,
    pipelining: 8,
  },
];

export interface HttpIngestOptions {
  readonly rounds: number;
  /** Events of one round (requests of one round for one event a request are fewer by 20). */
  readonly eventsPerRound: number;
  readonly log: GatewayLog;
  readonly partitions: number;
  readonly cases: readonly HttpIngestCase[];
  /** Given to the gateway's process, for a profile. */
  readonly execArgv?: readonly string[];
}

export interface HttpIngestRound {
  readonly target: 'gateway' | 'bare';
  readonly requestsPerSecond: number;
  readonly eventsPerSecond: number;
  /** Of the server's process, all threads. */
  readonly cpuPerRequest: number;
  readonly cpuPerEvent: number;
  /** Of the generator's process. */
  readonly clientCpuPerRequest: number;
  readonly eventsPerEnvelope: number;
}

export interface HttpIngestFigures {
  readonly case: HttpIngestCase;
  readonly rounds: readonly HttpIngestRound[];
  readonly gateway: HttpIngestRound;
  readonly bare: HttpIngestRound;
  /** CPU of the gateway over CPU of the bare route, medians. */
  readonly ratioToBare: number;
}

/**
 * Runs all cases interleaved, gateway and bare route by turns. Throws when an answer was no acceptance, or when the log has
 * not exactly the events that were answered as accepted.
 */
export async function measureHttpIngest(options: HttpIngestOptions): Promise<HttpIngestFigures[]> {
  const gateway = new Child('./gateway-process.ts', options.execArgv ?? [], [
    JSON.stringify({ partitions: options.partitions, log: options.log }),
  ]);
  const load = new Child('./load-process.ts', [], []);
  try {
    const ports = await gateway.receive<{ gatewayPort: number; barePort: number }>();
    const rounds = options.cases.map((): HttpIngestRound[] => []);
    let firstRequest = 1;
    for (let round = -1; round < options.rounds; round++) {
      for (const [at, each] of options.cases.entries()) {
        for (const target of ['gateway', 'bare'] as const) {
          const requests = requestsOfRound(options, each);
          const port = target === 'gateway' ? ports.gatewayPort : ports.barePort;
          const order = orderOf(each, { target, port, requests, firstRequest });
          firstRequest += requests;
          const measured = await measureRound({ gateway, load, order, each, target });
          // The first round warms both sides up.
          if (round >= 0) rounds[at]?.push(measured);
        }
      }
    }
    return options.cases.map((each, at) => summarize(each, rounds[at] ?? []));
  } finally {
    await Promise.all([gateway.end(), load.end()]);
  }
}

function requestsOfRound({ eventsPerRound }: HttpIngestOptions, each: HttpIngestCase): number {
  const events = each.eventsPerRequest === 1 ? eventsPerRound / 20 : eventsPerRound;
  return Math.ceil(events / each.eventsPerRequest);
}

function orderOf(
  each: HttpIngestCase,
  given: { target: string; port: number; requests: number; firstRequest: number },
): LoadOrder {
  const { format, eventsPerRequest, connections, pipelining } = each;
  return {
    port: given.port,
    path: given.target === 'gateway' ? '/v1/events' : '/bare',
    bearer: `tm_test_${tenant}`,
    body: { format, eventsPerRequest, customers: 5000, zipf: 1.1, seed: 1, now: startedAt },
    connections,
    pipelining,
    requests: given.requests,
    firstRequest: given.firstRequest,
  };
}

const startedAt = Date.now() * 1000;

interface RoundGiven {
  readonly gateway: Child;
  readonly load: Child;
  readonly order: LoadOrder;
  readonly each: HttpIngestCase;
  readonly target: 'gateway' | 'bare';
}

async function measureRound(given: RoundGiven): Promise<HttpIngestRound> {
  const { gateway, load, order, each, target } = given;
  const before = await gateway.ask<GatewayUsage>({});
  const report = await load.ask<LoadReport>(order);
  const after = await gateway.ask<GatewayUsage>({});
  const logged = after.events - before.events;
  const events = order.requests * each.eventsPerRequest;
  check(target, report, logged, events);
  const cpu = after.cpuMicroseconds - before.cpuMicroseconds;
  return {
    target,
    requestsPerSecond: order.requests / report.seconds,
    eventsPerSecond: events / report.seconds,
    cpuPerRequest: cpu / order.requests,
    cpuPerEvent: cpu / events,
    clientCpuPerRequest: report.cpuMicroseconds / order.requests,
    eventsPerEnvelope: logged / Math.max(1, after.envelopes - before.envelopes),
  };
}

/** A run that lost, refused or invented an event has no figures. */
function check(target: string, report: LoadReport, logged: number, events: number): void {
  const expected = target === 'gateway' ? events : 0;
  if (report.refused === 0 && report.accepted === expected && logged === expected) return;
  throw new Error(
    `${target}: sent ${events}, accepted ${report.accepted}, logged ${logged}, refused ${report.refused} requests.`,
  );
}

function summarize(each: HttpIngestCase, rounds: readonly HttpIngestRound[]): HttpIngestFigures {
  const gateway = medianOf(rounds.filter(({ target }) => target === 'gateway'));
  const bare = medianOf(rounds.filter(({ target }) => target === 'bare'));
  const ratioToBare = gateway.cpuPerRequest / bare.cpuPerRequest;
  return { case: each, rounds, gateway, bare, ratioToBare };
}

/** The round whose CPU a request is the median. */
function medianOf(rounds: readonly HttpIngestRound[]): HttpIngestRound {
  const sorted = [...rounds].sort((left, right) => left.cpuPerRequest - right.cpuPerRequest);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('No round was measured.');
  return middle;
}

/** A process that answers each message with one. */
class Child {
  readonly #process: ChildProcess;

  constructor(file: string, execArgv: readonly string[], args: readonly string[]) {
    this.#process = fork(new URL(file, import.meta.url), [...args], {
      execArgv: ['--conditions=tidemark-source', ...execArgv],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  async ask<Answer>(message: object): Promise<Answer> {
    const answer = this.receive<Answer>();
    this.#process.send(message);
    return answer;
  }

  async receive<Answer>(): Promise<Answer> {
    const gone = once(this.#process, 'exit').then(() => {
      throw new Error('A process of the benchmark ended by itself.');
    });
    gone.catch(() => undefined);
    const [message] = (await Promise.race([once(this.#process, 'message'), gone])) as [
      Answer & { error?: string },
    ];
    if (message.error !== undefined) throw new Error(message.error);
    return message;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }
}
