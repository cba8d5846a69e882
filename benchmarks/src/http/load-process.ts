/**
 * The generator of the HTTP benchmarks: a process of its own, told by messages what to send. One request in a hundred is sent
 * twice, as by a client that saw no answer: all its events are duplicates.
 */
import { prepareBodies } from './request-bodies.ts';
import type { BodyShape, PreparedBody } from './request-bodies.ts';
import { sendPipelined } from './pipelined-client.ts';

export interface LoadOrder {
  readonly port: number;
  readonly bearer: string;
  readonly body: BodyShape;
  readonly connections: number;
  readonly pipelining: number;
  readonly requests: number;
  /** Number of the first request, so that no two orders of a run share ids. */
  readonly firstRequest: number;
}

export interface LoadReport {
  readonly seconds: number;
  /** Events sent, and those of them that are copies. */
  readonly events: number;
  readonly duplicates: number;
  /** Over the events that are no copies. */
  readonly amountThousandths: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Answers that were not 2xx. */
  readonly refused: number;
  readonly bytes: number;
}

/** As many events in prepared bodies, at least, so that customers come by the distribution. */
const preparedEvents = 100_000;
const copyEvery = 100;
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
  const sent = { events: 0, duplicates: 0, amountThousandths: 0, bytes: 0 };
  const answers = new Answers();
  const startMs = performance.now();
  await sendPipelined({
    ...order,
    next: (number) => {
      const isCopy = number % copyEvery === copyEvery - 1;
      const request = order.firstRequest + (isCopy ? number - 1 : number);
      const body = bodies[request % bodies.length] as PreparedBody;
      const head = heads[request % bodies.length] as Buffer;
      const bytes = Buffer.allocUnsafe(head.length + body.bytes.length);
      bytes.set(head);
      bytes.set(body.bytes, head.length);
      body.stamp(bytes, head.length, request);
      sent.events += order.body.eventsPerRequest;
      if (isCopy) sent.duplicates += order.body.eventsPerRequest;
      else sent.amountThousandths += body.amountThousandths;
      sent.bytes += bytes.length;
      return bytes;
    },
    answered: (status, body) => answers.note(status, body),
  });
  const seconds = (performance.now() - startMs) / 1000;
  const { accepted, rejected, refused } = answers;
  return { seconds, ...sent, accepted, rejected, refused };
}

class Answers {
  accepted = 0;
  rejected = 0;
  refused = 0;

  note(status: number, body: string): void {
    if (status >= 300) {
      if (this.refused === 0) process.stderr.write(`refused: ${status} ${body}\n`);
      this.refused += 1;
      return;
    }
    const { accepted, rejected } = JSON.parse(body) as { accepted: number; rejected: unknown[] };
    this.accepted += accepted;
    this.rejected += rejected.length;
  }
}

function bodiesFor(shape: BodyShape): PreparedBody[] {
  const key = JSON.stringify(shape);
  let bodies = prepared.get(key);
  if (bodies === undefined) {
    bodies = prepareBodies(shape, Math.ceil(preparedEvents / shape.eventsPerRequest));
    prepared.set(key, bodies);
  }
  return bodies;
}

function requestHead({ bearer }: LoadOrder, body: PreparedBody): Buffer {
  return Buffer.from(
    `POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${bearer}\r\n` +
      `Content-Type: ${body.contentType}\r\nContent-Length: ${body.bytes.length}\r\n\r\n`,
    'latin1',
  );
}
