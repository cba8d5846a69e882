/**
 * A small HTTP server that speaks the ingest contract and misbehaves on command. It keeps what it stored by identity, as
 * the real pipeline does, so a test can tell a loss from a copy.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { columnsEvent, decodeClientColumns, formatInstant } from '@tidemark/ingest/contract';

export type Behaviour =
  | { readonly kind: 'accept' }
  /** Answers without storing anything. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** Stores the events, then cuts the connection before the answer. */
  | { readonly kind: 'store-and-drop' }
  /** Stores the events and answers something else than the contract says. */
  | { readonly kind: 'store-and-answer'; readonly body: string }
  | { readonly kind: 'reject'; readonly indices: readonly number[]; readonly code: string }
  /** Answers only when `release` is called. */
  | { readonly kind: 'hold' };

export interface SeenEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: unknown;
}

export interface SeenRequest {
  readonly url: string;
  readonly contentType: string;
  readonly authorization: string;
  readonly events: readonly SeenEvent[];
}

export class MisbehavingServer {
  readonly #server: Server;
  readonly #plan: Behaviour[] = [];
  readonly #held: (() => void)[] = [];
  readonly #heldWaiters: (() => void)[] = [];
  readonly requests: SeenRequest[] = [];
  /** Events by identity: a copy changes nothing. */
  readonly stored = new Map<string, SeenEvent>();
  copies = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<MisbehavingServer> {
    const server = createServer();
    const fake = new MisbehavingServer(server);
    server.on('request', (request, response) => void fake.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What to do with the next requests, one after the other; later ones are accepted. */
  plan(...behaviours: readonly Behaviour[]): void {
    this.#plan.push(...behaviours);
  }

  /** Resolves when a request is held back. */
  held(): Promise<void> {
    if (this.#held.length > 0) return Promise.resolve();
    return new Promise((resolve) => this.#heldWaiters.push(resolve));
  }

  release(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  async stop(): Promise<void> {
    this.release();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const events = readEvents(request.headers['content-type'] ?? '', Buffer.concat(chunks));
    this.requests.push({
      url: request.url ?? '',
      contentType: request.headers['content-type'] ?? '',
      authorization: request.headers.authorization ?? '',
      events,
    });
    const behaviour = this.#plan.shift() ?? { kind: 'accept' };
    switch (behaviour.kind) {
      case 'accept':
        this.#accept(events, response);
        return;
      case 'answer':
        response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body ?? '');
        return;
      case 'store-and-drop':
        this.#store(events);
        request.socket.destroy();
        return;
      case 'store-and-answer':
        this.#store(events);
        response.writeHead(200, { 'content-type': 'application/json' }).end(behaviour.body);
        return;
      case 'reject': {
        const rejected = behaviour.indices.map((index) => ({
          index,
          id: events[index]?.id,
          code: behaviour.code,
          message: 'Refused by the test.',
        }));
        this.#store(events.filter((_, index) => !behaviour.indices.includes(index)));
        const accepted = events.length - rejected.length;
        response.writeHead(200).end(JSON.stringify({ accepted, rejected }));
        return;
      }
      case 'hold':
        this.#held.push(() => {
          this.#accept(events, response);
        });
        for (const resolve of this.#heldWaiters.splice(0)) resolve();
    }
  }

  #accept(events: readonly SeenEvent[], response: ServerResponse): void {
    this.#store(events);
    const body = JSON.stringify({ accepted: events.length, rejected: [] });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  }

  #store(events: readonly SeenEvent[]): void {
    for (const event of events) {
      const identity = JSON.stringify([event.subject, event.source, event.id]);
      if (this.stored.has(identity)) this.copies += 1;
      else this.stored.set(identity, event);
    }
  }
}

function readEvents(contentType: string, body: Buffer): SeenEvent[] {
  if (contentType === 'application/json') return JSON.parse(body.toString('utf8')) as SeenEvent[];
  const decoded = decodeClientColumns(body, 'tenant');
  if (decoded.kind === 'rejected') throw new Error(decoded.message);
  return Array.from({ length: decoded.columns.count }, (_, row) => {
    const { id, source, type, subject, time, data } = columnsEvent(decoded.columns, row);
    return { id, source, type, subject, time: formatInstant(time), data };
  });
}
