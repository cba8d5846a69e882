/** `tidemark up`: the whole system in one process. */
import { flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { loadConfig } from '@tidemark/platform/config';
import { stopOnSignal } from '@tidemark/platform/lifecycle';
import { createLogger } from '@tidemark/platform/log';
import type { Command } from 'commander';
import { embeddedConfigSchema } from '../../roles/config.ts';
import { readConfigFile, storeFlags, withStores } from '../store-options.ts';
import type { StoreOptions } from '../store-options.ts';
import { printJson, printLine, printNote } from '../output.ts';

interface UpOptions extends StoreOptions {
  readonly data?: string;
  readonly host?: string;
  readonly port?: string;
  readonly config?: string;
  readonly checkConfig?: boolean;
  readonly json?: boolean;
}

export function registerUp(program: Command): void {
  withStores(
    program
      .command('up')
      .description(
        'Start the whole system in one process, on embedded stores unless others are named',
      )
      .option('--data <dir>', 'data directory')
      .option('--host <host>', 'address to listen on')
      .option('--port <port>', 'port (0 picks one)')
      .option('--config <file>', 'YAML or JSON file with settings')
      .option('--check-config', 'check the settings and exit')
      .option('--json', 'print { url, adminKey, dataDir } when ready')
      .addHelpText(
        'after',
        '\nExamples:\n  $ tidemark up --data ./tidemark-data\n  $ tidemark up --kafka 127.0.0.1:9092 --postgres postgres://127.0.0.1/tidemark',
      ),
  ).action(runUp);
}

async function runUp(options: UpOptions): Promise<void> {
  const config = loadConfig(embeddedConfigSchema, {
    file: await readConfigFile(options.config),
    flags: {
      dataDir: options.data === undefined ? undefined : resolve(options.data),
      http: {
        host: options.host,
        port: options.port === undefined ? undefined : Number(options.port),
      },
      ...storeFlags(options),
    },
  });
  if (options.checkConfig === true) {
    printLine('The configuration is valid.');
    return;
  }
  const log = createLogger({ name: 'tidemark', level: config.log.level });
  const { startEmbeddedStack } = await import('../../roles/embedded.ts');
  const stack = await startEmbeddedStack(config, log, (error) => {
    log.fatal({ err: error }, 'a part cannot go on; the process ends to be started again');
    process.exit(1);
  });
  const { url, adminKey, dataDir, lifecycle } = stack;
  if (options.json === true) printJson({ url, adminKey, dataDir });
  else {
    printLine(`Tidemark is ready at ${url}, data in ${dataDir}`);
    if (adminKey !== null) printLine(`admin key (shown once): ${adminKey}`);
    printNote('Stop it with Ctrl-C.');
  }
  // What was compiled for this start serves the next one, also when this process is killed.
  flushCompileCache();
  process.exitCode = await stopOnSignal(lifecycle, log);
}
