/**
 * A TCP proxy that breaks connections the way networks do. It stands between every process and one store, knows nothing of
 * the protocol, and does nothing until it is told to.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type NetworkFault =
  /** Every connection is reset. */
  | { readonly kind: 'reset' }
  /** Nothing passes in either direction; then it does again. */
  | { readonly kind: 'black-hole'; readonly ms: number }
  /** Both directions crawl. */
  | { readonly kind: 'slow'; readonly ms: number; readonly bytesPerSecond: number }
  /** Requests arrive and are answered, the answers are thrown away, then the connection breaks. */
  | { readonly kind: 'swallow'; readonly ms: number };

type Mode = { readonly kind: 'open' } | Exclude<NetworkFault, { kind: 'reset' }>;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  swallowed: boolean;
}

const tickMs = 50;

export class FaultProxy {
  readonly #targetPort: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #mode: Mode = { kind: 'open' };

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => {
      this.#accept(client);
    });
  }

  static async start(targetPort: number, port = 0): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    proxy.#server.listen(port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when the fault is over and the way is open again. */
  async inject(fault: NetworkFault): Promise<void> {
    if (fault.kind === 'reset') {
      this.#resetAll();
      return;
    }
    this.#mode = fault;
    for (const pair of this.#pairs) this.#flow(pair);
    await delay(fault.ms);
    this.#mode = { kind: 'open' };
    for (const pair of this.#pairs) {
      if (pair.swallowed) this.#reset(pair);
      else this.#flow(pair);
    }
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#resetAll();
    await closed;
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.#targetPort, host: '127.0.0.1' });
    const pair: Pair = { client, server, swallowed: false };
    this.#pairs.add(pair);
    client.setNoDelay(true);
    server.setNoDelay(true);
    this.#pass(pair, client, server);
    this.#pass(pair, server, client);
    this.#flow(pair);
  }

  #pass(pair: Pair, from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      if (this.#mode.kind === 'swallow' && from === pair.server) {
        pair.swallowed = true;
        return;
      }
      const flushed = to.write(chunk);
      if (this.#mode.kind === 'slow') {
        from.pause();
        const ms = Math.max(tickMs, (chunk.length / this.#mode.bytesPerSecond) * 1000);
        setTimeout(() => {
          if (this.#mode.kind !== 'black-hole') from.resume();
        }, ms).unref();
      } else if (!flushed) {
        from.pause();
        to.once('drain', () => {
          if (this.#mode.kind !== 'black-hole') from.resume();
        });
      }
    });
    from.on('end', () => to.end());
    from.on('error', () => {
      this.#reset(pair);
    });
    from.on('close', () => {
      this.#pairs.delete(pair);
      to.destroy();
    });
  }

  #flow({ client, server }: Pair): void {
    for (const socket of [client, server]) {
      if (this.#mode.kind === 'black-hole') socket.pause();
      else socket.resume();
    }
  }

  #resetAll(): void {
    for (const pair of [...this.#pairs]) this.#reset(pair);
  }

  #reset(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
  }
}
