/**
 * The settings of every role, one zod object each, parsed once. Every leaf has a variable of its own (`kafka.brokers` is
 * TIDEMARK_KAFKA_BROKERS); flags of the command line win over it.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const http = (port: number) =>
  z.strictObject({
    host: z.string().default('127.0.0.1').describe('Address to listen on.'),
    port: z.number().int().min(0).max(65_535).default(port).describe('Port; 0 picks one.'),
  });

const logSettings = z.strictObject({
  level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
});

const kafka = z.strictObject({
  brokers: z
    .array(z.string())
    .default([])
    .describe('host:port of some brokers; empty: the embedded log.'),
  topic: z.string().default('tidemark.usage-events.v1'),
  partitions: z
    .number()
    .int()
    .min(1)
    .max(1_024)
    .default(4)
    .describe('Fixed for the life of the topic.'),
  replicationFactor: z.number().int().min(1).max(9).default(1).describe('3 in production.'),
  minInSyncReplicas: z.number().int().min(1).max(9).default(1).describe('2 of 3 in production.'),
  retentionDays: z
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(30)
    .describe('How long the log can be re-read.'),
  sessionTimeoutMs: z
    .number()
    .int()
    .min(1_000)
    .max(300_000)
    .default(10_000)
    .describe('A rater that says nothing for so long loses its partitions to the others.'),
  groupId: z.string().default('tidemark-rater'),
});

const clickhouse = z.strictObject({
  url: z
    .url()
    .optional()
    .describe('http://user:password@host:8123/database; absent: the embedded engine.'),
});

const postgres = z.strictObject({
  url: z.string().optional().describe('A PostgreSQL server; absent: embedded PGlite (no fsync).'),
});

const gateway = z.strictObject({
  bytesInFlightMax: z
    .number()
    .int()
    .min(1_048_576)
    .default(64 * 1_048_576)
    .describe('Accepted bytes that wait for the log; above it the gateway answers 503.'),
});

const rater = z.strictObject({
  threads: z
    .number()
    .int()
    .min(0)
    .max(64)
    .default(1)
    .describe('Worker threads; 0 rates in the main thread.'),
  clockToleranceMinutes: z
    .number()
    .int()
    .min(1)
    .max(5_256_000)
    .default(60)
    .describe('Log time further than this from the clock of a gateway halts the partition.'),
  dedupMemoryMiB: z
    .number()
    .int()
    .min(16)
    .max(65_536)
    .default(1_024)
    .describe(
      'Memory for known identities over all partitions; what does not fit is looked up in the store.',
    ),
});

/** Everything in one process: `tidemark up`. Each store is embedded unless a server is named. */
export const embeddedConfigSchema = z.strictObject({
  dataDir: z.string().default(join(homedir(), '.local/share/tidemark/data')),
  http: http(8400),
  log: logSettings,
  kafka,
  clickhouse,
  postgres,
  gateway,
  rater,
});
export type EmbeddedConfig = z.output<typeof embeddedConfigSchema>;

const brokers = kafka.extend({ brokers: z.array(z.string()).min(1) });
const clickhouseServer = clickhouse.extend({ url: z.url() });
const postgresServer = postgres.extend({ url: z.string().min(1) });

/** One role a process, against real stores only. */
export const roleConfigSchemas = {
  gateway: z.strictObject({
    http: http(8401),
    log: logSettings,
    kafka: brokers,
    postgres: postgresServer,
    gateway,
  }),
  rater: z.strictObject({
    http: http(8402),
    log: logSettings,
    kafka: brokers,
    clickhouse: clickhouseServer,
    postgres: postgresServer,
    rater,
  }),
  api: z.strictObject({
    http: http(8400),
    log: logSettings,
    kafka: brokers,
    clickhouse: clickhouseServer,
    postgres: postgresServer,
  }),
  'close-worker': z.strictObject({
    http: http(8403),
    log: logSettings,
    kafka: brokers,
    clickhouse: clickhouseServer,
    postgres: postgresServer,
  }),
  'clickhouse-host': z.strictObject({
    dataDir: z.string().default(join(homedir(), '.local/share/tidemark/clickhouse')),
    http: http(8123),
    log: logSettings,
  }),
} as const;
export type RoleName = keyof typeof roleConfigSchemas;
