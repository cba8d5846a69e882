/** `tidemark doctor`: can this machine run Tidemark? Each check says what it found and, if need be, what to do. */
import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { AppError } from '@tidemark/platform/errors';
import { checkConfig } from '@tidemark/platform/config';
import type { Command } from 'commander';
import picocolors from 'picocolors';
import { embeddedConfigSchema } from '../../roles/config.ts';
import type { EmbeddedConfig } from '../../roles/config.ts';
import { createApiClient } from '../api-client.ts';
import { printJson, printLine } from '../output.ts';
import { spawnSync } from 'node:child_process';

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly found: string;
  readonly advice?: string;
}

const gibibyte = 1024 ** 3;
const diskFreeMin = 2 * gibibyte;
const clockSkewMaxMs = 5_000;

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Check Node, disk, ports, stores, clock and versions, and say what to do')
    .option('--data <dir>', 'data directory')
    .option('--url <url>', 'also check a running server')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  $ tidemark doctor')
    .action(async (options: { data?: string; url?: string; json?: boolean }) => {
      const findings = await examine(options);
      if (options.json === true) printJson(findings);
      else for (const finding of findings) printFinding(finding);
      if (findings.some(({ state }) => state === 'problem')) {
        throw new AppError(
          'conflict',
          'stack/doctor-problem',
          'There is something to mend; see above.',
        );
      }
    });
}

async function examine(options: { data?: string; url?: string }): Promise<Finding[]> {
  const checked = checkConfig(embeddedConfigSchema, {
    flags: options.data === undefined ? {} : { dataDir: options.data },
    otherVariables: ['TIDEMARK_URL', 'TIDEMARK_API_KEY'],
  });
  const findings = [checkNode()];
  if (checked.kind === 'invalid') {
    for (const { path, message } of checked.problems) {
      findings.push({ check: 'config', state: 'problem', found: `${path}: ${message}` });
    }
    return findings;
  }
  const { config } = checked;
  for (const warning of checked.warnings) {
    findings.push({ check: 'config', state: 'warning', found: warning });
  }
  findings.push(await checkDataDirectory(config.dataDir), await checkPort(config));
  findings.push(await checkEmbeddedEngine(config), checkKafkaTools());
  if (options.url !== undefined) findings.push(await checkServer(options.url));
  return findings;
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  const found = `Node ${process.versions.node}`;
  return major >= 24
    ? { check: 'node', state: 'ok', found }
    : { check: 'node', state: 'problem', found, advice: 'Install Node 24 or newer.' };
}

async function checkDataDirectory(directory: string): Promise<Finding> {
  const check = 'data directory';
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK);
    const disk = await statfs(directory);
    const free = disk.bavail * disk.bsize;
    const found = `${directory}, ${(free / gibibyte).toFixed(1)} GiB free`;
    return free >= diskFreeMin
      ? { check, state: 'ok', found }
      : { check, state: 'problem', found, advice: 'Free some space: at least 2 GiB are wanted.' };
  } catch (thrown) {
    return {
      check,
      state: 'problem',
      found: `${directory}: ${thrown instanceof Error ? thrown.message : 'not usable'}`,
      advice: 'Name another with --data.',
    };
  }
}

async function checkPort({ http }: EmbeddedConfig): Promise<Finding> {
  const found = `${http.host}:${http.port}`;
  const free = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(http.port, http.host, () => server.close(() => resolve(true)));
  });
  return free
    ? { check: 'port', state: 'ok', found: `${found} is free` }
    : {
        check: 'port',
        state: 'warning',
        found: `${found} is taken`,
        advice: 'Perhaps Tidemark runs already; else choose another with --port.',
      };
}

async function checkEmbeddedEngine(config: EmbeddedConfig): Promise<Finding> {
  const check = 'analytics store';
  if (config.clickhouse.url !== undefined) {
    const answered = await fetch(new URL('/ping', config.clickhouse.url)).then(
      (response) => response.ok,
      () => false,
    );
    return answered
      ? { check, state: 'ok', found: 'the ClickHouse server answers' }
      : {
          check,
          state: 'problem',
          found: 'the ClickHouse server does not answer',
          advice: 'Check TIDEMARK_CLICKHOUSE_URL.',
        };
  }
  // Resolved, not loaded: the engine is a library of half a gigabyte.
  try {
    import.meta.resolve('chdb');
    return { check, state: 'ok', found: 'the embedded engine (chDB) is installed' };
  } catch {
    return {
      check,
      state: 'problem',
      found: 'chDB is not installed for this platform',
      advice: 'Use a ClickHouse server: --clickhouse URL.',
    };
  }
}

function checkKafkaTools(): Finding {
  const missing = ['java', 'mvn'].filter((tool) => spawnSync(tool, ['-version']).status !== 0);
  return missing.length === 0
    ? { check: 'local Kafka', state: 'ok', found: 'Java and Maven are there' }
    : {
        check: 'local Kafka',
        state: 'warning',
        found: `missing: ${missing.join(', ')}`,
        advice: 'Only `tidemark kafka` and `tidemark demo --kafka` need them.',
      };
}

async function checkServer(url: string): Promise<Finding> {
  const check = 'server';
  const base = createApiClient({ url, key: 'none' }).url;
  try {
    const response = await fetch(`${base}/readyz`);
    const skewMs = Math.abs(Date.parse(response.headers.get('date') ?? '') - Date.now());
    if (skewMs > clockSkewMaxMs) {
      return {
        check,
        state: 'problem',
        found: `its clock differs by ${Math.round(skewMs / 1000)} s`,
        advice: 'Synchronise the clocks (NTP): event times are checked against them.',
      };
    }
    const state = await response.text();
    return response.ok
      ? { check, state: 'ok', found: `${base} is ready` }
      : { check, state: 'problem', found: state, advice: 'See its log.' };
  } catch {
    return {
      check,
      state: 'problem',
      found: `${base} does not answer`,
      advice: 'Start it: tidemark up.',
    };
  }
}

const marks = {
  ok: picocolors.green('ok     '),
  warning: picocolors.yellow('warning'),
  problem: picocolors.red('problem'),
} as const;

function printFinding({ check, state, found, advice }: Finding): void {
  printLine(`${marks[state]}  ${check}: ${found}${advice === undefined ? '' : `. ${advice}`}`);
}
