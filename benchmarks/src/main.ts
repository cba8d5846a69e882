/**
 * `npm run bench [-- --quick] [--only name,name] [--rounds n] [--out file] [--append] [--reference] [--docs] [--allow-drift]`
 *
 * Runs the comparisons, prints their tables and writes one JSON result. `--append` puts them into the result that stands there, so
 * that a run can be taken in pieces: cases are compared within a comparison only. `--quick` compares the ratios with the committed
 * reference and fails when one fell too far; `--reference` replaces the reference; `--docs` writes docs/performance.md and its chart,
 * `--render` the same from the result that stands there, without measuring.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { comparisons } from './comparisons.ts';
import { calibrate, driftOf } from './lib/calibration.ts';
import { findFallenRatios } from './lib/gate.ts';
import { performanceDocument } from './lib/performance-document.ts';
import { reportChart } from './lib/report-chart.ts';
import { reportTables } from './lib/report-tables.ts';
import type { ComparisonResult, RunResult } from './lib/result.ts';
import { mergeRuns } from './lib/merge-runs.ts';
import { runComparison } from './lib/run-comparison.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    out: { type: 'string' },
    append: { type: 'boolean', default: false },
    reference: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
    'allow-drift': { type: 'boolean', default: false },
  },
});

// Ends as any other end: child processes and scratch directories go.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/** Calibrations of one run may differ by this share; beyond, something else ran beside it. */
const driftMax = 0.2;
const rounds = flags.rounds === undefined ? (flags.quick ? 3 : 5) : Number(flags.rounds);

const file = flags.out ?? pathOf(`../results/${flags.quick ? 'quick' : 'full'}.json`);
if (flags.render) {
  writeDocuments(readRun(file));
  process.exit(0);
}
const measured = await measureAll();
write(`${reportTables(measured)}\n`);
const run =
  flags.append && existsSync(file)
    ? mergeRuns(
        readRun(file),
        measured,
        comparisons.map(({ name }) => name),
      )
    : measured;
writeText(file, `${JSON.stringify(run, null, 2)}\n`);
write(`Result: ${file}\n`);
if (flags.docs) writeDocuments(run);
if (flags.reference)
  writeText(pathOf('../results/reference.json'), `${JSON.stringify(run, null, 2)}\n`);
process.exit(verdict(measured) ? 0 : 1);

async function measureAll(): Promise<RunResult> {
  const loadBefore = loadavg()[0] ?? 0;
  const calibrationsMs: number[] = [];
  const results: ComparisonResult[] = [];
  const wanted = flags.only?.split(',');
  const everything = !flags.quick || wanted !== undefined;
  const unknown = wanted?.filter((name) => !comparisons.some((known) => known.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`There is no comparison ${unknown.join(', ')}.`);
  for (const comparison of comparisons) {
    if (wanted !== undefined && !wanted.includes(comparison.name)) continue;
    if (!everything && comparison.quick === false) continue;
    write(`${comparison.name}: ${comparison.question}\n`);
    const options = {
      size: { quick: flags.quick },
      everything,
      rounds,
      beforeRound: async () => {
        calibrationsMs.push(await calibrate());
      },
      progress: (line: string) => write(`${line}\n`),
    };
    const startMs = performance.now();
    results.push(await runComparison(comparison, options));
    write(`  ${comparison.name} took ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`);
  }
  return {
    schema: 1,
    takenAt: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    quick: flags.quick,
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      node: process.version,
      loadBefore,
      loadAfter: loadavg()[0] ?? 0,
    },
    calibrationsMs,
    drift: driftOf(calibrationsMs),
    comparisons: results,
  };
}

/** Whether the run may be believed and has not lost against the reference; says why not. */
function verdict(result: RunResult): boolean {
  let good = true;
  for (const { name, cases } of result.comparisons) {
    for (const { title, failure } of cases) {
      if (failure === null) continue;
      good = false;
      write(`FAILED ${name}: ${title}: ${failure}\n`);
    }
  }
  if (result.drift > driftMax && !flags['allow-drift']) {
    good = false;
    const drift = (result.drift * 100).toFixed(0);
    write(`REFUSED: the machine's own speed moved by ${drift} %; run again without other work.\n`);
  }
  const referenceFile = pathOf('../results/reference.json');
  if (!flags.quick || flags.reference || !existsSync(referenceFile)) return good;
  const reference = readRun(referenceFile);
  for (const { comparison, ratio, reference: expected, found } of findFallenRatios(
    result,
    reference,
  )) {
    good = false;
    const now = found === null ? 'has no result' : `fell to ${found.toFixed(2)}`;
    write(`FALLEN ${comparison}: ${ratio} ${now}; the reference is ${expected.toFixed(2)}.\n`);
  }
  return good;
}

function writeDocuments(result: RunResult): void {
  const notes = readFileSync(pathOf('../results/notes.md'), 'utf8');
  writeText(pathOf('../../docs/performance.md'), performanceDocument(result, notes));
  writeText(pathOf('../../docs/performance.svg'), reportChart(result));
}

function readRun(path: string): RunResult {
  return JSON.parse(readFileSync(path, 'utf8')) as RunResult;
}

function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

function write(text: string): void {
  process.stdout.write(text);
}
