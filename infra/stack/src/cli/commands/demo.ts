/** `tidemark demo`: from event to invoice on real data, with nothing set up before. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfig } from '@tidemark/platform/config';
import { AppError } from '@tidemark/platform/errors';
import { createLogger } from '@tidemark/platform/log';
import type { Command } from 'commander';
import picocolors from 'picocolors';
import type { DemoReport } from '../../demo/run-demo.ts';
import { embeddedConfigSchema } from '../../roles/config.ts';
import { printJson, printLine, printNote, printTable } from '../output.ts';

interface DemoOptions {
  readonly data?: string;
  readonly kafka?: boolean;
  readonly json?: boolean;
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'A whole billing period on real data, from events to invoices, on a fresh embedded stack',
    )
    .option('--data <dir>', 'data directory, which must be new (default: a temporary one)')
    .option(
      '--kafka',
      'over a real Apache Kafka broker, started for the demo (needs Java and Maven)',
    )
    .option('--json', 'end with one JSON document')
    .addHelpText('after', '\nExamples:\n  $ tidemark demo\n  $ tidemark demo --kafka --json')
    .action(demo);
}

async function demo(options: DemoOptions): Promise<void> {
  const dataDir =
    options.data === undefined
      ? await mkdtemp(join(tmpdir(), 'tidemark-demo-'))
      : resolve(options.data);
  const kafka = options.kafka === true ? await startKafka(dataDir) : null;
  try {
    const config = loadConfig(embeddedConfigSchema, {
      environment: {},
      flags: {
        dataDir,
        http: { port: 0 },
        log: { level: 'warn' },
        kafka: { brokers: kafka?.brokers },
      },
    });
    const log = createLogger({ name: 'tidemark', level: config.log.level });
    printNote(`Starting the stack in ${dataDir}`);
    const { startEmbeddedStack } = await import('../../roles/embedded.ts');
    const stack = await startEmbeddedStack(config, log, (error) => {
      log.fatal({ err: error }, 'a part cannot go on');
      process.exit(1);
    });
    try {
      if (stack.adminKey === null) {
        throw new AppError(
          'conflict',
          'stack/demo-not-fresh',
          `${dataDir} is in use already; the demo wants a new directory.`,
        );
      }
      const { runDemo } = await import('../../demo/run-demo.ts');
      const report = await runDemo({ url: stack.url, key: stack.adminKey, dataDir }, printNote);
      if (options.json === true) printResult(report);
      else printReport(report, { dataDir, adminKey: stack.adminKey, kafka: kafka !== null });
      if (!report.reconciled) {
        throw new AppError(
          'invariant',
          'stack/not-reconciled',
          'Not every event is accounted for.',
        );
      }
    } finally {
      await stack.lifecycle.stop();
    }
  } finally {
    await kafka?.stop();
  }
}

async function startKafka(
  dataDir: string,
): Promise<{ readonly brokers: readonly string[]; stop(): Promise<void> }> {
  const { startKafkaHost } = await import('@tidemark/platform/kafka-host');
  printNote('Starting Apache Kafka');
  return startKafkaHost({ dataDir: join(dataDir, 'kafka'), port: 0 });
}

function printResult(report: DemoReport): void {
  const { accepted, duplicates, rejected, invoices, totals, reconciled, seconds } = report;
  printJson({ accepted, duplicates, rejected, invoices, totals, reconciled, seconds });
}

function printReport(
  report: DemoReport,
  where: { readonly dataDir: string; readonly adminKey: string; readonly kafka: boolean },
): void {
  printLine();
  printLine(picocolors.bold('The largest invoices of May 2015'));
  const charges = ['base', 'calls', 'egress', 'seats'];
  printTable(
    [
      { title: 'number' },
      { title: 'customer' },
      ...charges.map((title) => ({ title, align: 'right' as const })),
      { title: 'total', align: 'right' },
    ],
    report.largest.map((invoice) => [
      invoice.number,
      invoice.customer,
      ...charges.map(
        (charge) => invoice.lines.find((line) => line.charge === charge)?.amount ?? '',
      ),
      `${invoice.total} ${invoice.currency}`,
    ]),
  );
  printLine();
  printLine(picocolors.bold('Refused, as planted'));
  for (const { id, code, message } of report.rejections) printLine(`  ${id}  ${code}: ${message}`);
  const { logged, stored, duplicate, deadLetters } = report.conservation.totals;
  const totals = Object.entries(report.totals).map(([currency, total]) => `${total} ${currency}`);
  printLine();
  printLine(`${report.invoices} invoices, ${totals.join(', ')}, in ${report.seconds} s`);
  printLine(
    `${report.reconciled ? picocolors.green('conserved') : picocolors.red('NOT conserved')}: ${logged} logged = ${stored} stored + ${duplicate} duplicates + ${deadLetters} dead letters`,
  );
  printLine();
  printLine(`All invoices: ${report.invoicesFile}`);
  printLine(`The largest as a page: ${report.pageFile}`);
  if (where.kafka) return;
  printLine('To look around:');
  printLine(`  npx tidemark up --data ${where.dataDir}`);
  printLine(`  export TIDEMARK_API_KEY=${where.adminKey}`);
  printLine(`  npx tidemark invoices ${report.largest[0]?.id ?? ''}`);
}
