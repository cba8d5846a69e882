import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { printJson, printLine, printNote } from '../output.ts';
import { untilInterrupted } from '../until-interrupted.ts';

interface KafkaOptions {
  readonly data: string;
  readonly port: string;
  readonly json?: boolean;
}

/** `tidemark kafka`: a real single-node Apache Kafka for development. */
export function registerKafka(program: Command): void {
  program
    .command('kafka')
    .description(
      'Start a real single-node Apache Kafka (KRaft, loopback) from Maven jars, for development',
    )
    .option('--data <dir>', 'data directory', join(homedir(), '.local/share/tidemark/kafka'))
    .option('--port <port>', 'port (0 picks one)', '9092')
    .option('--json', 'print { "brokers": "..." } when ready')
    .addHelpText(
      'after',
      '\nExample:\n  $ tidemark kafka --port 9092\n  $ tidemark up --kafka 127.0.0.1:9092',
    )
    .action(async (options: KafkaOptions) => {
      const { startKafkaHost } = await import('@tidemark/platform/kafka-host');
      printNote('Starting Apache Kafka...');
      const kafka = await startKafkaHost({ dataDir: options.data, port: Number(options.port) });
      const brokers = kafka.brokers.join(',');
      if (options.json === true) printJson({ brokers });
      else printLine(`Apache Kafka is ready at ${brokers}; stop it with Ctrl-C.`);
      await untilInterrupted();
      await kafka.stop();
    });
}
