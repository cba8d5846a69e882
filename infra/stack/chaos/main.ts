/**
 * `npm run chaos`: rounds of traffic under faults on real processes, until the minutes are over. Every round is checked and
 * added to the results file, so a run can be interrupted, resumed and added up.
 */
import { Command } from 'commander';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import { ChaosWorld, startServers } from './chaos-world.ts';
import type { ChaosServers } from './chaos-world.ts';
import { planFaults } from './fault-plan.ts';
import { hashOf } from './random.ts';
import { formatResults, isClean, readResults, writeResults } from './results.ts';
import type { ChaosResults } from './results.ts';
import { runRound } from './run-round.ts';
import { walkAllFailpoints } from './walk-failpoints.ts';
import { runSimulation } from '../test/simulation/sweep/run-simulation.ts';

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly rate: number;
  readonly gap: number;
  readonly round: number;
  readonly session: number;
  readonly out?: string;
  /** Kills a failpoint. */
  readonly failpoints?: number;
  readonly sim?: true;
  readonly seeds: number;
  readonly without?: string;
}

const program = new Command('chaos')
  .description('Random faults on real processes, and an independent checker of the invoices')
  .option('--minutes <n>', 'how long to go on', Number, 60)
  .option('--seed <n>', 'the same seed gives the same plan of faults', Number, 1)
  .option('--rate <n>', 'events a second', Number, 4000)
  .option('--gap <ms>', 'mean pause between faults', Number, 2500)
  .option('--round <seconds>', 'length of a round; each starts anew and is checked', Number, 240)
  .option('--session <ms>', 'session timeout of the raters', Number, 4000)
  .option('--out <file>', 'results so far; rounds that it has of this seed are not repeated')
  .option(
    '--failpoints <n>',
    'instead: so many kills at every failpoint, one after the other',
    Number,
  )
  .option('--sim', 'simulate instead: seeds from --seed on, in virtual time and memory')
  .option(
    '--seeds <n>',
    'how many seeds to simulate; a single one is told step by step',
    Number,
    10_000,
  )
  .option('--without <guard>', 'simulate without a guard of the protocol, until a seed shows it')
  .action((options: Options) => {
    if (options.sim === true) return simulate(options);
    return options.failpoints === undefined
      ? runChaos(options)
      : killAtFailpoints(options.failpoints, options.seed);
  });

await program.parseAsync();

async function simulate(options: Options): Promise<void> {
  const isKept = await runSimulation(options);
  process.exitCode = isKept ? 0 : 1;
}

async function killAtFailpoints(killsPerPoint: number, seed: number): Promise<void> {
  const directory = createTemporaryDirectory('failpoints');
  const servers = await startServers(directory.path);
  const world = await ChaosWorld.start(servers, {
    name: 'failpoints',
    directory: directory.path,
    sessionTimeoutMs: 1000,
    closeWorkers: 1,
  });
  try {
    const walk = await walkAllFailpoints(world, { killsPerPoint, seed });
    process.stdout.write(`${JSON.stringify(walk, null, 2)}\n`);
    const { problems } = walk.verdict;
    process.exitCode = problems.length === 0 && walk.reconciled ? 0 : 1;
  } finally {
    await world.stop();
    await servers.stop();
    directory.remove();
  }
}

async function runChaos(options: Options): Promise<void> {
  const deadline = performance.now() + options.minutes * 60_000;
  const directory = createTemporaryDirectory('chaos');
  let results = readResults(options.out);
  let keepFiles = false;
  const servers = await startServers(directory.path);
  try {
    for (let round = nextRound(results, options.seed); performance.now() < deadline; round += 1) {
      results = await addRound(results, round, { ...options, servers, directory: directory.path });
      writeResults(options.out, results);
      keepFiles ||= !isClean(results);
    }
  } finally {
    await servers.stop();
    if (keepFiles) note(`files are kept in ${directory.path}`);
    else directory.remove();
  }
  process.stdout.write(`${formatResults(results)}\n`);
  process.exit(isClean(results) ? 0 : 1);
}

async function addRound(
  results: ChaosResults,
  round: number,
  options: Options & { readonly servers: ChaosServers; readonly directory: string },
): Promise<ChaosResults> {
  const { directory, gap, rate, servers, session } = options;
  const seed = hashOf(options.seed, round);
  const startedAt = new Date().toISOString();
  note(`round ${round} of seed ${options.seed}`);
  try {
    const result = await runRound({
      servers,
      directory,
      name: `r${options.seed}_${round}`,
      seed,
      seconds: options.round,
      eventsPerSecond: rate,
      sessionTimeoutMs: session,
      faults: planFaults({ seed, gapMs: gap, sessionTimeoutMs: session }),
      log: note,
    });
    note(JSON.stringify(result));
    const stored = { ...result, seed: options.seed, round, startedAt };
    return { ...results, rounds: [...results.rounds, stored] };
  } catch (thrown) {
    const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    note(error);
    const failed = { round, seed: options.seed, startedAt, error };
    return { ...results, failed: [...results.failed, failed] };
  }
}

function nextRound({ rounds, failed }: ChaosResults, seed: number): number {
  const own = [...rounds, ...failed].filter((entry) => entry.seed === seed);
  return own.reduce((next, { round }) => Math.max(next, round + 1), 0);
}

function note(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}
