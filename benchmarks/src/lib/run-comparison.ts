/** Runs the cases of a comparison round by round: A B C, B C A, ... so that whatever disturbs a moment meets each in turn. */
import type {
  BenchmarkCase,
  Comparison,
  Measurement,
  OpenCase,
  RatioDefinition,
  RunSize,
} from './comparison.ts';
import type { CaseResult, ComparisonResult, RatioResult } from './result.ts';
import { spreadOf } from './statistics.ts';

export interface RunOptions {
  readonly size: RunSize;
  /** Also what `--quick` leaves out. */
  readonly everything: boolean;
  /** Measured rounds; one more warms up. */
  readonly rounds: number;
  readonly beforeRound: () => Promise<void>;
  readonly progress: (line: string) => void;
}

interface RunningCase {
  readonly definition: BenchmarkCase;
  open: OpenCase | null;
  readonly measured: Measurement[];
  failure: string | null;
}

export async function runComparison(
  comparison: Comparison,
  options: RunOptions,
): Promise<ComparisonResult> {
  const cases = comparison.cases
    .filter(({ quick }) => options.everything || quick !== false)
    .map((definition): RunningCase => ({ definition, open: null, measured: [], failure: null }));
  try {
    for (const running of cases) await attempt(running, () => openCase(running, options));
    for (let round = 0; round <= options.rounds; round++) {
      await options.beforeRound();
      for (let turn = 0; turn < cases.length; turn++) {
        const running = cases[(turn + round) % cases.length];
        if (running !== undefined) await attempt(running, () => measure(running, round, options));
      }
    }
  } finally {
    for (const running of cases) await attempt(running, async () => running.open?.close());
  }
  const results = cases.map(resultOf);
  const ratios = comparison.ratios.flatMap((ratio) => ratioOf(ratio, cases));
  const { name, question } = comparison;
  return { name, quick: options.size.quick, question, cases: results, ratios };
}

async function openCase(running: RunningCase, { size, progress }: RunOptions): Promise<void> {
  progress(`  opening ${running.definition.title}`);
  running.open = await running.definition.open(size);
}

async function measure(running: RunningCase, round: number, options: RunOptions): Promise<void> {
  if (running.open === null) return;
  const measurement = await running.open.measure(round);
  const rate = Math.round(unitsPerSecond(measurement)).toLocaleString('en');
  const note = round === 0 ? ' (warm-up)' : '';
  options.progress(
    `  ${running.definition.name} round ${round}: ${rate} ${running.definition.unit}s/s, ` +
      `${cpuPerUnit(measurement).toFixed(3)} us CPU${note}`,
  );
  if (round > 0) running.measured.push(measurement);
}

/** A case that fails has no result; the others go on. */
async function attempt(running: RunningCase, work: () => Promise<void>): Promise<void> {
  if (running.failure !== null && running.open === null) return;
  try {
    await work();
  } catch (thrown) {
    running.failure ??= describe(thrown);
  }
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { cause } = thrown;
  return cause instanceof Error ? `${thrown.message} ${cause.message}` : thrown.message;
}

function resultOf({ definition, measured, failure }: RunningCase): CaseResult {
  const valid = failure === null ? measured : [];
  const processes = Object.keys(valid[0]?.cpu ?? {});
  const figures = Object.keys(valid[0]?.figures ?? {});
  return {
    name: definition.name,
    title: definition.title,
    unit: definition.unit,
    failure,
    rounds: valid.length,
    units: valid[0]?.units ?? 0,
    unitsPerSecond: spreadOf(valid.map(unitsPerSecond)),
    cpuPerUnit: spreadOf(valid.map(cpuPerUnit)),
    cpuByProcess: medians(processes, (name) =>
      valid.map(({ cpu, units }) => (cpu[name] ?? 0) / units),
    ),
    figures: medians(figures, (name) => valid.map((each) => each.figures?.[name] ?? Number.NaN)),
  };
}

function ratioOf(ratio: RatioDefinition, cases: readonly RunningCase[]): RatioResult[] {
  const of = cases.find(({ definition }) => definition.name === ratio.of);
  const to = cases.find(({ definition }) => definition.name === ratio.to);
  if (of === undefined || to === undefined || of.failure !== null || to.failure !== null) return [];
  // Round by round: both met the same moment of the machine.
  const values = of.measured.map((measured, round) => {
    const other = to.measured[round] ?? measured;
    return ratio.by === 'rate'
      ? unitsPerSecond(measured) / unitsPerSecond(other)
      : cpuPerUnit(other) / cpuPerUnit(measured);
  });
  return [{ ...ratio, ...spreadOf(values) }];
}

function medians(
  names: readonly string[],
  values: (name: string) => number[],
): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, spreadOf(values(name)).median]));
}

function unitsPerSecond({ units, wallMs }: Measurement): number {
  return (units / wallMs) * 1000;
}

function cpuPerUnit({ units, cpu }: Measurement): number {
  return Object.values(cpu).reduce((sum, microseconds) => sum + microseconds, 0) / units;
}
