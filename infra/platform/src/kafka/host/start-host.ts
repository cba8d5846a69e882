/**
 * A real single-node Apache Kafka for development and tests: KRaft, loopback, 512 MB of heap. Its data directory is
 * formatted once; started again on it, it has the same cluster id, topics and ports. Not for production: one replica.
 */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { AppError } from '../../errors/index.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { mendRequestQueue } from '../mend-request-queue.ts';
import { provideKafkaJars } from './kafka-jars.ts';

export interface KafkaHostOptions {
  readonly dataDir: string;
  /** 0, the default, picks a free one at the first start and keeps it. */
  readonly port?: number;
  /** Where clients are told to connect when something stands in between; the broker's own port by default. */
  readonly advertisedPort?: number;
  /** How long a new group waits for further members before it gives out partitions; by default 0, for groups of one. */
  readonly groupRebalanceDelayMs?: number;
  readonly startTimeoutMs?: number;
}

export interface KafkaHost {
  /** `host:port` for clients. */
  readonly brokers: readonly string[];
  readonly processId: number;
  /** Resolves when the broker has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Controlled shutdown; after 15 s the broker is killed. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash; resolves when it is gone. */
  kill(): Promise<void>;
}

interface Ports {
  readonly broker: number;
  readonly controller: number;
}

const run = promisify(execFile);
const java = ['-Xmx512m', '-Xms256m', '-XX:+UseSerialGC'];
const stopTimeoutMs = 15_000;
const readyPollMs = 100;

/** Starts the broker and resolves when it answers. Throws `platform/kafka-jars` or `platform/kafka-host-ended`. */
export async function startKafkaHost(options: KafkaHostOptions): Promise<KafkaHost> {
  const { dataDir, startTimeoutMs = 60_000 } = options;
  const jars = await provideKafkaJars();
  await mkdir(dataDir, { recursive: true });
  const ports = await choosePorts(dataDir, options.port ?? 0);
  const properties = join(dataDir, 'server.properties');
  await writeFile(properties, serverProperties(join(dataDir, 'logs'), ports, options));
  await formatOnce(jars, dataDir, properties);
  const output = openSync(join(dataDir, 'broker.log'), 'a');
  const command = ['java', ...java, '-cp', `${jars}/*`, 'kafka.Kafka', properties];
  const [program = '', ...parameters] = [...endsWithParent(), ...command];
  const broker = spawn(program, parameters, { stdio: ['ignore', output, output] });
  const exited = once(broker, 'exit').then(() => undefined);
  const brokers = [`127.0.0.1:${ports.broker}`];
  const endNow = (): void => void broker.kill('SIGKILL');
  process.once('exit', endNow);
  void exited.then(() => process.off('exit', endNow));
  try {
    await untilReady(brokers, exited, startTimeoutMs);
  } catch (thrown) {
    broker.kill('SIGKILL');
    throw thrown;
  }
  return {
    brokers,
    processId: broker.pid ?? 0,
    exited,
    stop: () => stopBroker(broker, exited),
    kill: async () => {
      broker.kill('SIGKILL');
      await exited;
    },
  };
}

/** A broker that outlives its parent would hold the ports: on Linux the kernel ends it, also when the parent is killed. */
function endsWithParent(): string[] {
  const setpriv = '/usr/bin/setpriv';
  return existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL'] : [];
}

async function stopBroker(broker: ChildProcess, exited: Promise<void>): Promise<void> {
  const deadline = setTimeout(() => broker.kill('SIGKILL'), stopTimeoutMs);
  broker.kill('SIGTERM');
  await exited;
  clearTimeout(deadline);
}

/** Clients remember the address, so a directory keeps its ports. */
async function choosePorts(dataDir: string, wanted: number): Promise<Ports> {
  const file = join(dataDir, 'ports.json');
  if (existsSync(file)) {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Ports;
    if (wanted === 0 || wanted === kept.broker) return kept;
  }
  const ports = {
    broker: wanted === 0 ? await findFreePort() : wanted,
    controller: await findFreePort(),
  };
  await writeFile(file, JSON.stringify(ports));
  return ports;
}

function serverProperties(
  logs: string,
  { broker, controller }: Ports,
  { advertisedPort = broker, groupRebalanceDelayMs = 0 }: KafkaHostOptions,
): string {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    `listeners=PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${advertisedPort}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    `log.dirs=${logs}`,
    // One node: the internal topics cannot have more replicas.
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    `group.initial.rebalance.delay.ms=${groupRebalanceDelayMs}`,
    'group.min.session.timeout.ms=1000',
    'auto.create.topics.enable=false',
    '',
  ].join('\n');
}

async function formatOnce(jars: string, dataDir: string, properties: string): Promise<void> {
  const stamp = join(dataDir, 'formatted');
  if (existsSync(stamp)) return;
  const clusterId = randomBytes(16).toString('base64url');
  await run('java', [
    ...java,
    ...['-cp', `${jars}/*`, 'kafka.tools.StorageTool', 'format'],
    ...['-t', clusterId, '-c', properties, '--ignore-formatted'],
  ]);
  await writeFile(stamp, clusterId);
}

async function untilReady(
  brokers: readonly string[],
  exited: Promise<void>,
  timeoutMs: number,
): Promise<void> {
  mendRequestQueue();
  const client = new kafkajs.Kafka({
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const deadline = performance.now() + timeoutMs;
  const ended = new AbortController();
  void exited.then(() => ended.abort());
  for (;;) {
    const admin = client.admin();
    try {
      await admin.connect();
      await admin.listTopics();
      return;
    } catch (cause) {
      if (ended.signal.aborted || performance.now() > deadline) {
        const message = 'Apache Kafka did not come up; see broker.log in its data directory.';
        throw new AppError('unavailable', 'platform/kafka-host-ended', message, { cause });
      }
      await delay(readyPollMs);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}
