/**
 * An HTTP/1.1 client that spends as little CPU as it can, so that what is measured is the server: prepared requests, a
 * fixed number in flight on every connection, answers read by their length.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface PipelinedLoad {
  readonly port: number;
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly pipelining: number;
  readonly requests: number;
  /** The whole request, head and body; called once for each with its number. */
  readonly next: (request: number) => Buffer;
  /** Called with the status and the body of every answer. */
  readonly answered: (status: number, body: string) => void;
}

/** Resolves when every request is answered; rejects when a connection fails or ends. */
export async function sendPipelined(load: PipelinedLoad): Promise<void> {
  let sent = 0;
  const draw = (): Buffer | undefined => {
    if (sent >= load.requests) return undefined;
    sent += 1;
    return load.next(sent - 1);
  };
  await Promise.all(Array.from({ length: load.connections }, () => runConnection(load, draw)));
}

function runConnection(load: PipelinedLoad, draw: () => Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
    const answers = new AnswerReader(load.answered);
    let inFlight = 0;
    const fill = (room: number): void => {
      const batch: Buffer[] = [];
      while (batch.length < room) {
        const request = draw();
        if (request === undefined) break;
        batch.push(request);
      }
      inFlight += batch.length;
      if (batch.length > 0)
        socket.write(batch.length === 1 ? (batch[0] ?? '') : Buffer.concat(batch));
      else if (inFlight === 0) finish(socket, resolve);
    };
    socket.on('connect', () => fill(load.pipelining));
    socket.on('data', (chunk: Buffer) => {
      const done = answers.read(chunk);
      if (done === 0) return;
      inFlight -= done;
      fill(load.pipelining - inFlight);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (inFlight > 0) reject(new Error(`The server closed with ${inFlight} requests open.`));
      else resolve();
    });
  });
}

function finish(socket: Socket, resolve: () => void): void {
  socket.end();
  resolve();
}

/** Cuts a stream of answers with Content-Length. */
class AnswerReader {
  readonly #answered: (status: number, body: string) => void;
  #rest = '';

  constructor(answered: (status: number, body: string) => void) {
    this.#answered = answered;
  }

  /** How many answers ended in this chunk. */
  read(chunk: Buffer): number {
    const text = this.#rest + chunk.toString('latin1');
    let at = 0;
    let count = 0;
    for (;;) {
      const headEnd = text.indexOf('\r\n\r\n', at);
      if (headEnd < 0) break;
      const head = text.slice(at, headEnd);
      const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? NaN);
      if (Number.isNaN(length)) throw new Error(`An answer has no length: ${head}`);
      const end = headEnd + 4 + length;
      if (text.length < end) break;
      this.#answered(Number(head.slice(9, 12)), text.slice(headEnd + 4, end));
      at = end;
      count += 1;
    }
    this.#rest = text.slice(at);
    return count;
  }
}
