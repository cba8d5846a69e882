/** `tidemark gateway | rater | api | close-worker | clickhouse-host`: one role a process, for production. */
import { checkConfig, listSettings, loadConfig, readEnvironment } from '@tidemark/platform/config';
import { stopOnSignal } from '@tidemark/platform/lifecycle';
import { createLogger } from '@tidemark/platform/log';
import type { Command } from 'commander';
import { roleConfigSchemas } from '../../roles/config.ts';
import type { RoleName } from '../../roles/config.ts';
import { printJson, printLine, printNote } from '../output.ts';
import { readConfigFile } from '../store-options.ts';

const descriptions: Readonly<Record<RoleName, string>> = {
  gateway: 'Take usage events over HTTP into the log',
  rater: 'Deduplicate, measure and rate the log into the store',
  api: 'Serve the control plane and the reads over HTTP',
  'close-worker': 'Run period closes',
  'clickhouse-host': 'Host the embedded ClickHouse engine for several processes of one machine',
};

/** Variables that every process of an installation may have although this role does not read them. */
const variablesOfOthers = [
  'TIDEMARK_URL',
  'TIDEMARK_API_KEY',
  ...Object.values(roleConfigSchemas).flatMap((schema) =>
    listSettings(schema).map(({ variable }) => variable),
  ),
];

interface RoleOptions {
  readonly config?: string;
  readonly checkConfig?: boolean;
  readonly json?: boolean;
}

export function registerRoles(program: Command): void {
  for (const role of Object.keys(descriptions) as RoleName[]) {
    program
      .command(role)
      .description(`${descriptions[role]} (one role a process)`)
      .option('--config <file>', 'YAML or JSON file with settings')
      .option('--check-config', 'check the settings and exit')
      .option('--json', 'print { role, url, adminKey } when ready')
      .addHelpText(
        'after',
        `\nSettings come from the file and from TIDEMARK_ variables.\n\nExample:\n  $ TIDEMARK_KAFKA_BROKERS=127.0.0.1:9092 tidemark ${role} --check-config`,
      )
      .action((options: RoleOptions) => startRole(role, options));
  }
}

async function startRole(role: RoleName, options: RoleOptions): Promise<void> {
  const schema = roleConfigSchemas[role];
  const sources = {
    file: await readConfigFile(options.config),
    environment: readEnvironment(),
    otherVariables: variablesOfOthers,
  };
  for (const warning of checkConfig(schema, sources).warnings) printNote(warning);
  const config = loadConfig(schema, sources);
  if (options.checkConfig === true) {
    printLine('The configuration is valid.');
    return;
  }
  const log = createLogger({ name: role, level: config.log.level });
  const { runRole } = await import('../../roles/run-role.ts');
  const { url, adminKey, lifecycle } = await runRole(role, config as never, {
    log,
    onFailed: (error) => {
      log.fatal({ err: error }, 'a part cannot go on; the process ends to be started again');
      process.exit(1);
    },
  });
  if (options.json === true) printJson({ role, url, adminKey });
  else {
    printLine(`${role} is ready at ${url}`);
    if (adminKey !== null) printLine(`admin key (shown once): ${adminKey}`);
  }
  process.exitCode = await stopOnSignal(lifecycle, log);
}
