/**
 * The production topology on one machine, every process under a supervisor, and a proxy before each store unless nothing is to
 * be disturbed: a real broker, a real PostgreSQL, the ClickHouse engine in a process of its own, two raters, two close workers,
 * gateway and API.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startKafkaHost } from '@tidemark/platform/kafka-host';
import type { KafkaHost } from '@tidemark/platform/kafka-host';
import { findFreePort, startPostgresServer } from '@tidemark/platform/testing';
import type { PostgresServer } from '@tidemark/platform/testing';
import { FaultProxy } from './fault-proxy.ts';
import { SupervisedRole } from './supervised-role.ts';

export const roleNames = [
  'clickhouse-host',
  'api',
  'gateway',
  'rater-1',
  'rater-2',
  'close-worker-1',
  'close-worker-2',
] as const;
export type ChaosRole = (typeof roleNames)[number];

export type ChaosStore = 'kafka' | 'clickhouse' | 'postgres';

/** What outlives a round: the broker and the database server. */
export interface ChaosServers {
  readonly brokers: string;
  /** Without the proxy: for whoever must not be disturbed. */
  readonly directBrokers: string;
  /** `null` where nothing stands before the stores. */
  readonly proxies: Readonly<Record<'kafka' | 'postgres', FaultProxy>> | null;
  readonly postgres: PostgresServer;
  killBroker(): Promise<void>;
  killPostgres(): Promise<void>;
  stop(): Promise<void>;
}

export async function startServers(
  directory: string,
  { proxied = true }: { readonly proxied?: boolean } = {},
): Promise<ChaosServers> {
  const brokerPort = await findFreePort();
  const postgres = await startPostgresServer();
  const proxies = proxied
    ? {
        kafka: await FaultProxy.start(brokerPort),
        postgres: await FaultProxy.start(Number(new URL(postgres.url).port)),
      }
    : null;
  const startBroker = (): Promise<KafkaHost> =>
    startKafkaHost({
      dataDir: join(directory, 'kafka'),
      port: brokerPort,
      ...(proxies && { advertisedPort: proxies.kafka.port }),
    });
  let broker = await startBroker();
  return {
    brokers: `127.0.0.1:${proxies?.kafka.port ?? brokerPort}`,
    directBrokers: `127.0.0.1:${brokerPort}`,
    proxies,
    postgres,
    killBroker: async () => {
      await broker.kill();
      broker = await startBroker();
    },
    killPostgres: async () => {
      await postgres.kill();
      await postgres.start();
    },
    stop: async () => {
      await Promise.allSettled([broker.stop(), postgres.stop()]);
      await Promise.allSettled([proxies?.kafka.stop(), proxies?.postgres.stop()]);
    },
  };
}

export interface WorldOptions {
  /** Of the topic, the database and the folder. */
  readonly name: string;
  readonly directory: string;
  readonly sessionTimeoutMs: number;
  /** Two by default: they take up the same jobs. */
  readonly closeWorkers?: 1 | 2;
}

export class ChaosWorld {
  readonly servers: ChaosServers;
  readonly topic: string;
  readonly #roles: ReadonlyMap<ChaosRole, SupervisedRole>;
  readonly #clickhouseProxy: FaultProxy | null;
  readonly #urls: Readonly<Record<'api' | 'gateway', string>>;
  /** Scopes ingest, read, billing, admin. */
  readonly adminKey: string;

  private constructor(parts: {
    servers: ChaosServers;
    topic: string;
    roles: ReadonlyMap<ChaosRole, SupervisedRole>;
    clickhouseProxy: FaultProxy | null;
    urls: Readonly<Record<'api' | 'gateway', string>>;
    adminKey: string;
  }) {
    this.servers = parts.servers;
    this.topic = parts.topic;
    this.#roles = parts.roles;
    this.#clickhouseProxy = parts.clickhouseProxy;
    this.#urls = parts.urls;
    this.adminKey = parts.adminKey;
  }

  static async start(servers: ChaosServers, options: WorldOptions): Promise<ChaosWorld> {
    const { name, sessionTimeoutMs } = options;
    const directory = join(options.directory, name);
    mkdirSync(directory, { recursive: true });
    const database = new URL(await servers.postgres.createDatabase(name));
    if (servers.proxies !== null) database.port = String(servers.proxies.postgres.port);
    const storePort = await findFreePort();
    const clickhouseProxy = servers.proxies === null ? null : await FaultProxy.start(storePort);
    const topic = `usage.${name}`;
    const shared = {
      TIDEMARK_KAFKA_BROKERS: servers.brokers,
      TIDEMARK_KAFKA_TOPIC: topic,
      TIDEMARK_KAFKA_GROUP_ID: `rater.${name}`,
      TIDEMARK_KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
      TIDEMARK_POSTGRES_URL: database.href,
      TIDEMARK_CLICKHOUSE_URL: `http://127.0.0.1:${clickhouseProxy?.port ?? storePort}`,
      TIDEMARK_LOG_LEVEL: 'info',
    };
    const roles = new Map<ChaosRole, SupervisedRole>();
    const chosen = roleNames.filter(
      (role) => role !== 'close-worker-2' || options.closeWorkers !== 1,
    );
    for (const role of chosen) {
      const port = role === 'clickhouse-host' ? storePort : await findFreePort();
      const environment = {
        ...shared,
        TIDEMARK_HTTP_PORT: String(port),
        ...(role === 'clickhouse-host' ? { TIDEMARK_DATA_DIR: join(directory, 'clickhouse') } : {}),
      };
      const parameters = [role.replace(/-\d$/, '')];
      const logFile = join(directory, `${role}.log`);
      roles.set(role, new SupervisedRole(role, { parameters, environment, logFile }));
    }
    const start = (role: ChaosRole): Promise<{ url: string; adminKey: string | null }> =>
      (roles.get(role) as SupervisedRole).start();
    await start('clickhouse-host');
    // The first one migrates both stores; the others find them ready.
    const api = await start('api');
    const others = chosen.filter((role) => role !== 'clickhouse-host' && role !== 'api');
    const started = await Promise.all(others.map(start));
    const gateway = started[others.indexOf('gateway')];
    if (gateway === undefined || api.adminKey === null) throw new Error('The stack did not start.');
    const urls = { api: api.url, gateway: gateway.url };
    return new ChaosWorld({
      servers,
      topic,
      roles,
      clickhouseProxy,
      urls,
      adminKey: api.adminKey,
    });
  }

  url(role: 'api' | 'gateway'): string {
    return this.#urls[role];
  }

  role(name: ChaosRole): SupervisedRole {
    const found = this.#roles.get(name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  }

  proxy(store: ChaosStore): FaultProxy {
    const proxy = store === 'clickhouse' ? this.#clickhouseProxy : this.servers.proxies?.[store];
    if (proxy === null || proxy === undefined) throw new Error(`Nothing stands before ${store}.`);
    return proxy;
  }

  /** Lives of all roles that ended by themselves, by a signal or by a failpoint. */
  get ends(): number {
    let ends = 0;
    for (const role of this.#roles.values()) ends += role.ends;
    return ends;
  }

  /** Resolves when every role is up and goes on. */
  async healed(): Promise<void> {
    for (const role of this.#roles.values()) role.signal('SIGCONT');
    await Promise.all([...this.#roles.values()].map((role) => role.start()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#roles.values()].map((role) => role.kill()));
    await this.#clickhouseProxy?.stop();
  }
}
