/** Results of many runs in one JSON file, and what they come to. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import type { RoundResult } from './run-round.ts';

interface StoredRound extends RoundResult {
  /** Place in the plan of its seed: round n of a seed is always the same plan. */
  readonly round: number;
  readonly startedAt: string;
}

interface FailedRound {
  readonly round: number;
  readonly seed: number;
  readonly startedAt: string;
  /** The round did not come to its end; its files are kept. */
  readonly error: string;
}

export interface ChaosResults {
  readonly rounds: readonly StoredRound[];
  readonly failed: readonly FailedRound[];
}

export function readResults(file: string | undefined): ChaosResults {
  if (file === undefined || !existsSync(file)) return { rounds: [], failed: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as ChaosResults;
}

/** Whole or not at all: a run may be interrupted at any time. */
export function writeResults(file: string | undefined, results: ChaosResults): void {
  if (file === undefined) return;
  writeFileSync(`${file}.part`, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(`${file}.part`, file);
}

/** True when nothing is lost, double or off by a cent, and every round came to its end. */
export function isClean({ rounds, failed }: ChaosResults): boolean {
  return failed.length === 0 && rounds.every(({ verdict }) => verdict.problems.length === 0);
}

export function formatResults({ rounds, failed }: ChaosResults): string {
  const total = (read: (round: StoredRound) => number): number =>
    rounds.reduce((sum, round) => sum + read(round), 0);
  const kills = merge(rounds.map(({ faults }) => faults.kills));
  const failpoints = merge(rounds.map(({ faults }) => faults.failpoints));
  const network = merge(rounds.map(({ faults }) => faults.network));
  const table = new Table({ head: ['what', 'count', 'of which'] });
  const row = (what: string, count: number | string, detail = ''): void => {
    table.push([what, typeof count === 'number' ? count.toLocaleString('en') : count, detail]);
  };
  row('rounds', rounds.length, `${failed.length} not finished`);
  row('minutes', Math.round(total(({ seconds }) => seconds) / 60));
  row('kills', sum(kills), list(kills));
  row('  by a failpoint', sum(failpoints), `${Object.keys(failpoints).length} points`);
  row('network faults', sum(network), list(network));
  row(
    'freezes past the session timeout',
    total(({ faults }) => faults.freezes),
  );
  row(
    'SIGTERM',
    total(({ faults }) => faults.terminations),
  );
  row(
    'raters that left and came back',
    total(({ faults }) => faults.rebalances),
  );
  row(
    'processes started again',
    total(({ restarts }) => restarts),
  );
  row(
    'producers that died and sent again',
    total(({ producerCrashes }) => producerCrashes),
  );
  row(
    'days closed',
    total(({ days }) => days),
    `${total(({ closes }) => closes)} closes`,
  );
  row(
    'catalog changes under traffic',
    total(({ catalogChanges }) => catalogChanges),
  );
  row(
    'events sent',
    total(({ sent }) => sent),
  );
  row(
    'copies sent',
    total(({ copies }) => copies),
  );
  row(
    'acknowledged',
    total(({ acknowledged }) => acknowledged),
    'events and copies',
  );
  row(
    'unreadable records',
    total(({ poison }) => poison),
  );
  row(
    'billed',
    total(({ verdict }) => verdict.billed),
  );
  row(
    'lost',
    total(({ verdict }) => verdict.lost),
  );
  row(
    'double',
    total(({ verdict }) => verdict.double),
  );
  row(
    'cents off',
    total(({ verdict }) => Number(verdict.centsOff)),
  );
  const problems = rounds.flatMap(({ round, seed, verdict }) =>
    verdict.problems.map((problem) => `seed ${seed} round ${round}: ${problem}`),
  );
  const failures = failed.map(({ error, round, seed }) => `seed ${seed} round ${round}: ${error}`);
  return [table.toString(), ...problems, ...failures].join('\n');
}

function merge(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const one of counts) {
    for (const [name, count] of Object.entries(one)) merged[name] = (merged[name] ?? 0) + count;
  }
  return merged;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, left], [, right]) => right - left)
    .map(([name, count]) => `${name} ${count}`)
    .join('\n');
}
