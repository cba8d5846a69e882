/** The generator of the HTTP benchmarks: a process of its own, told by messages what to send. */
import { prepareBodies } from './request-bodies.ts';
import type { BodyShape, PreparedBody } from './request-bodies.ts';
import { sendPipelined } from './pipelined-client.ts';

export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  readonly bearer: string;
  readonly body: BodyShape;
  readonly connections: number;
  readonly pipelining: number;
  readonly requests: number;
  /** Of the first request, so that no two orders of a run share ids. */
  readonly firstRequest: number;
}

export interface LoadReport {
  readonly seconds: number;
  readonly cpuMicroseconds: number;
  readonly answered: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Answers that were not 2xx. */
  readonly refused: number;
  readonly requestBytes: number;
}

const bodiesPrepared = 64;
const prepared = new Map<string, PreparedBody[]>();

process.on('message', (order: LoadOrder) => {
  void run(order).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      process.send?.({ error: String(error) });
    },
  );
});
process.on('disconnect', () => process.exit(0));

async function run(order: LoadOrder): Promise<LoadReport> {
  const bodies = bodiesFor(order.body);
  const heads = bodies.map((body) => requestHead(order, body));
  let accepted = 0;
  let rejected = 0;
  let refused = 0;
  let answered = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  await sendPipelined({
    ...order,
    next: (number) => {
      const request = order.firstRequest + number;
      const body = bodies[request % bodies.length] as PreparedBody;
      const head = heads[request % bodies.length] as Buffer;
      const bytes = Buffer.allocUnsafe(head.length + body.bytes.length);
      bytes.set(head);
      bytes.set(body.bytes, head.length);
      body.stamp(bytes, head.length, request);
      return bytes;
    },
    answered: (status, body) => {
      answered += 1;
      if (status >= 300) {
        if (refused === 0) process.stderr.write(`refused: ${status} ${body}\n`);
        refused += 1;
        return;
      }
      const counts = /^\{"accepted":(\d+),"rejected":\[(.*)\]\}$/.exec(body);
      if (counts === null) return;
      accepted += Number(counts[1]);
      if (counts[2] !== '')
        rejected += (JSON.parse(body) as { rejected: unknown[] }).rejected.length;
    },
  });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const requestBytes = (heads[0]?.length ?? 0) + (bodies[0]?.bytes.length ?? 0);
  const cpuMicroseconds = user + system;
  return { seconds, cpuMicroseconds, answered, accepted, rejected, refused, requestBytes };
}

function bodiesFor(shape: BodyShape): PreparedBody[] {
  const key = JSON.stringify(shape);
  let bodies = prepared.get(key);
  if (bodies === undefined) {
    bodies = prepareBodies(shape, bodiesPrepared);
    prepared.set(key, bodies);
  }
  return bodies;
}

function requestHead({ path, bearer }: LoadOrder, body: PreparedBody): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${bearer}\r\n` +
      `Content-Type: ${body.contentType}\r\nContent-Length: ${body.bytes.length}\r\n\r\n`,
    'latin1',
  );
}
