/** `tidemark gateway | rater | api | close-worker | clickhouse-host`: one role a process, for production. */
import { flushCompileCache } from 'node:module';
import { checkConfig, listSettings, loadConfig, readEnvironment } from '@tidemark/platform/config';
import { stopOnSignal } from '@tidemark/platform/lifecycle';
import { createLogger } from '@tidemark/platform/log';
import type { Command } from 'commander';
import { roleConfigSchemas } from '../../roles/config.ts';
import type { RoleName } from '../../roles/config.ts';
import { printJson, printLine, printNote } from '../output.ts';
import { readConfigFile, storeFlags, withStores } from '../store-options.ts';
import type { StoreOptions } from '../store-options.ts';

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

const servers = {
  kafka: '--kafka 127.0.0.1:9092',
  clickhouse: '--clickhouse http://127.0.0.1:8123',
  postgres: '--postgres postgres://127.0.0.1/tidemark',
};
const examples: Readonly<Record<RoleName, string>> = {
  gateway: `tidemark gateway ${servers.kafka} ${servers.postgres}`,
  rater: `tidemark rater ${Object.values(servers).join(' ')}`,
  api: `tidemark api ${Object.values(servers).join(' ')}`,
  'close-worker': `tidemark close-worker ${Object.values(servers).join(' ')}`,
  'clickhouse-host': 'TIDEMARK_HTTP_PORT=8123 tidemark clickhouse-host',
};

interface RoleOptions extends StoreOptions {
  readonly config?: string;
  readonly checkConfig?: boolean;
  readonly json?: boolean;
}

export function registerRoles(program: Command): void {
  for (const role of Object.keys(descriptions) as RoleName[]) {
    const command = program.command(role).description(`${descriptions[role]} (one role a process)`);
    (role === 'clickhouse-host' ? command : withStores(command))
      .option('--config <file>', 'YAML or JSON file with settings')
      .option('--check-config', 'check the settings and exit')
      .option('--json', 'print { role, url, adminKey } when ready')
      .addHelpText(
        'after',
        `\nSettings come from the options, from TIDEMARK_ variables and from the file, in this order.\n\nExamples:\n  $ ${examples[role]}\n  $ tidemark ${role} --config ${role}.yaml --check-config`,
      )
      .action((options: RoleOptions) => startRole(role, options));
  }
}

async function startRole(role: RoleName, options: RoleOptions): Promise<void> {
  const schema = roleConfigSchemas[role];
  const sources = {
    file: await readConfigFile(options.config),
    flags: flagsOf(role, options),
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
  // What was compiled for this start serves the next one, also when this process is killed.
  flushCompileCache();
  process.exitCode = await stopOnSignal(lifecycle, log);
}

/** A gateway has no use for a ClickHouse server; an option given all the same is refused as an unknown setting. */
function flagsOf(role: RoleName, options: RoleOptions): Record<string, unknown> {
  if (role === 'clickhouse-host') return {};
  const { clickhouse, ...flags } = storeFlags(options);
  return options.clickhouse === undefined ? flags : { ...flags, clickhouse };
}
