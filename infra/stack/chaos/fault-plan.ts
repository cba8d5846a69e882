/**
 * The plan of faults of a run: an endless list that depends on the seed alone. Which process a kill meets at which step is
 * up to the machine; what is done to whom, in which order and how long after the last, is not.
 */
import { failpointNames } from '@tidemark/platform/failpoint';
import type { Failpoint } from '@tidemark/platform/failpoint';
import type { ChaosRole, ChaosStore } from './chaos-world.ts';
import type { NetworkFault } from './fault-proxy.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

export type Fault =
  | { readonly kind: 'kill'; readonly role: ChaosRole }
  /** Long enough for the group to give its partitions away: the process wakes as a stale owner. */
  | { readonly kind: 'freeze'; readonly role: ChaosRole; readonly ms: number }
  | { readonly kind: 'terminate'; readonly role: ChaosRole }
  /** Killed now; its next life ends at the failpoint. */
  | {
      readonly kind: 'failpoint';
      readonly role: ChaosRole;
      readonly name: Failpoint;
      readonly hit: number;
    }
  /** A rater leaves the group and comes back. */
  | { readonly kind: 'rebalance'; readonly role: ChaosRole; readonly ms: number }
  | { readonly kind: 'kill-broker' }
  | { readonly kind: 'kill-postgres' }
  | { readonly kind: 'network'; readonly store: ChaosStore; readonly fault: NetworkFault };

export interface PlannedFault {
  /** Since the fault before it was due. */
  readonly afterMs: number;
  readonly fault: Fault;
}

export interface PlanOptions {
  readonly seed: number;
  /** Mean pause between faults. */
  readonly gapMs: number;
  readonly sessionTimeoutMs: number;
}

const killed: readonly ChaosRole[] = [
  'rater-1',
  'rater-2',
  'rater-1',
  'rater-2',
  'gateway',
  'gateway',
  'clickhouse-host',
  'clickhouse-host',
  'close-worker-1',
  'close-worker-2',
  'api',
];

/** The roles that pass a failpoint. */
function rolesOf(name: Failpoint): readonly ChaosRole[] {
  const [family] = name.split('/');
  switch (family) {
    case 'gateway':
      return ['gateway'];
    case 'rater':
      return ['rater-1', 'rater-2'];
    case 'store':
      return ['clickhouse-host'];
    case 'epoch':
      return ['api'];
    case 'close':
      return name === 'close/cut-read' ? ['api'] : ['close-worker-1', 'close-worker-2'];
    case 'log':
      // The embedded log has one process, which tests of its own kill.
      return name.endsWith('produce') ? ['gateway', 'api'] : [];
    default:
      throw new Error(`No role passes ${name}.`);
  }
}

const reachable = failpointNames.filter((name) => rolesOf(name).length > 0);

/** Kinds by weight. */
const mix: readonly (readonly [Fault['kind'], number])[] = [
  ['kill', 34],
  ['failpoint', 24],
  ['network', 26],
  ['freeze', 5],
  ['terminate', 4],
  ['rebalance', 3],
  ['kill-broker', 2],
  ['kill-postgres', 2],
];
const totalWeight = mix.reduce((sum, [, weight]) => sum + weight, 0);

export function* planFaults(options: PlanOptions): Generator<PlannedFault, never> {
  const random = createRandom(options.seed);
  for (;;) {
    const afterMs = Math.round(options.gapMs * (0.3 + 1.4 * random.next()));
    yield { afterMs, fault: nextFault(random, options) };
  }
}

function nextFault(random: Random, { sessionTimeoutMs }: PlanOptions): Fault {
  const kind = pickKind(random);
  switch (kind) {
    case 'kill':
    case 'terminate':
      return { kind, role: random.pick(killed) };
    case 'freeze': {
      const ms = sessionTimeoutMs + 1000 + random.below(4000);
      return { kind, role: random.pick(killed), ms };
    }
    case 'failpoint': {
      const name = random.pick(reachable);
      // Small numbers meet starts and recoveries, larger ones traffic.
      const hit = 1 + random.below(random.pick([1, 4, 30]));
      return { kind, role: random.pick(rolesOf(name)), name, hit };
    }
    case 'rebalance':
      return { kind, role: random.pick(['rater-1', 'rater-2']), ms: 1000 + random.below(5000) };
    case 'kill-broker':
    case 'kill-postgres':
      return { kind };
    case 'network': {
      const store = random.pick(['kafka', 'clickhouse', 'postgres'] as const);
      return { kind, store, fault: networkFault(random) };
    }
  }
}

function networkFault(random: Random): NetworkFault {
  const kind = random.pick(['reset', 'reset', 'black-hole', 'slow', 'swallow'] as const);
  switch (kind) {
    case 'reset':
      return { kind };
    case 'black-hole':
      return { kind, ms: 500 + random.below(6000) };
    case 'slow':
      return { kind, ms: 1000 + random.below(5000), bytesPerSecond: 10_000 + random.below(90_000) };
    case 'swallow':
      return { kind, ms: 200 + random.below(2500) };
  }
}

function pickKind(random: Random): Fault['kind'] {
  let left = random.below(totalWeight);
  for (const [kind, weight] of mix) {
    if (left < weight) return kind;
    left -= weight;
  }
  return 'kill';
}
