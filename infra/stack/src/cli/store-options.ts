/** The options that name stores, and the settings they stand for. */
import { readFile } from 'node:fs/promises';
import { AppError } from '@tidemark/platform/errors';
import type { Command } from 'commander';
import { parse as parseYaml } from 'yaml';

export interface StoreOptions {
  readonly kafka?: string;
  readonly clickhouse?: string;
  readonly postgres?: string;
}

export function withStores(command: Command): Command {
  return command
    .option('--kafka <brokers>', 'host:port[,..] of Kafka (or TIDEMARK_KAFKA_BROKERS)')
    .option('--clickhouse <url>', 'ClickHouse server (or TIDEMARK_CLICKHOUSE_URL)')
    .option('--postgres <url>', 'PostgreSQL server (or TIDEMARK_POSTGRES_URL)');
}

export function storeFlags({ kafka, clickhouse, postgres }: StoreOptions): Record<string, unknown> {
  return {
    kafka: { brokers: kafka?.split(',').map((broker) => broker.trim()) },
    clickhouse: { url: clickhouse },
    postgres: { url: postgres },
  };
}

export async function readConfigFile(file: string | undefined): Promise<unknown> {
  if (file === undefined) return {};
  try {
    return parseYaml(await readFile(file, 'utf8')) ?? {};
  } catch (cause) {
    throw new AppError(
      'invalid-input',
      'stack/unreadable-file',
      `${file} cannot be read as YAML or JSON.`,
      {
        cause,
      },
    );
  }
}
