/**
 * What a benchmark is: cases that answer one question and are measured side by side, and the ratios between them that the
 * answer consists of. Absolute figures move with the machine; a ratio of two cases of one run does not, or much less.
 */
export interface Comparison {
  readonly name: string;
  /** One sentence: what a reader learns from it. */
  readonly question: string;
  /** `false`: takes too long for `--quick`. */
  readonly quick?: boolean;
  readonly cases: readonly BenchmarkCase[];
  readonly ratios: readonly RatioDefinition[];
}

export interface BenchmarkCase {
  readonly name: string;
  readonly title: string;
  /** What is counted: `event`, `row`, `subscription`. */
  readonly unit: string;
  /** `false`: left out of `--quick`, with the ratios that name it. */
  readonly quick?: boolean;
  /** Everything that must not be measured: data, servers, connections. */
  open(size: RunSize): Promise<OpenCase>;
}

export interface OpenCase {
  /** One measured round; `round` 0 warms up and is thrown away. Throws `WrongResult` when what came out is not exact. */
  measure(round: number): Promise<Measurement>;
  close(): Promise<void>;
}

export interface Measurement {
  /** Units done. */
  readonly units: number;
  readonly wallMs: number;
  /** Microseconds of CPU, user and system, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Whatever else the case has to tell, such as `p99 ms`; medians of the rounds are reported. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** rate of `of` / rate of `to` in the same round; both per unit of the cases. */
export interface RatioDefinition {
  readonly name: string;
  readonly of: string;
  readonly to: string;
  /** CPU a unit instead of wall rate: steadier where other work disturbs the machine. Greater is better in both. */
  readonly by: 'rate' | 'cpu';
}

export interface RunSize {
  /** Small enough for every commit: all of it in three minutes. */
  readonly quick: boolean;
}

/** The result of a round is not what it must be, so its speed means nothing. */
export class WrongResult extends Error {
  override readonly name = 'WrongResult';
}

/** Throws unless both are equal; `what` names the figure. */
export function mustEqual<Value extends bigint | number | string>(
  what: string,
  found: Value,
  expected: Value,
): void {
  if (found !== expected) {
    throw new WrongResult(`${what}: found ${found}, expected ${expected}.`);
  }
}
