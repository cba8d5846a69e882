/** A seed's plan: who sends what and when, what the catalog says and when, who dies, and which accident happens. */
import type { CatalogChange } from '@tidemark/rater/catalog';
import { Random } from '../engine/random.ts';
import { pickAccident } from './accidents.ts';
import type { Accident } from './accidents.ts';
import {
  callsOfOneRegion,
  meterChange,
  meters,
  planChange,
  plans,
  subscriptionChange,
} from './terms.ts';
import type { MeterVersionTerms, SubscriptionTerms } from './terms.ts';
import { drawSends } from './traffic.ts';
import type { Send } from './traffic.ts';

/** 2026-01-31T23:55:00Z: the log passes into another month, and with it into another part of the store. */
export const startMs = 1_769_903_700_000;
const minuteMs = 60_000;
const periodMs = 3 * minuteMs;
/** Before the start lies one long period, for what comes very late. */
const firstPeriodMs = 180 * minuteMs;
/** Events may be this much older than their record, and an hour more at the rater. */
export const acceptedPastMs = 30 * minuteMs;

/** A change of the catalog and of the truth that the checker prices by. */
export interface CatalogStep {
  readonly id: string;
  readonly atMs: number;
  /** From then on it would come too late to take effect. */
  readonly latestMs: number;
  readonly changes: readonly CatalogChange[];
  readonly meters: readonly MeterVersionTerms[];
  readonly subscriptions: readonly SubscriptionTerms[];
}

interface CloseStep {
  readonly atMs: number;
  /** Microseconds. */
  readonly through: number;
}

export type ProcessKind = 'rater' | 'gateway' | 'closer' | 'control';

export interface ProcessFault {
  readonly atMs: number;
  readonly process: ProcessKind;
  /** Which of its kind. */
  readonly ordinal: number;
  /** `thread`: the rating threads of a rater end; `stop`: it is asked to end. */
  readonly action: 'kill' | 'pause' | 'stop' | 'thread';
  /** Of a pause. */
  readonly durationMs: number;
}

export interface Scenario {
  readonly seed: number;
  readonly partitionCount: number;
  /** Scales all faults of messages. */
  readonly intensity: number;
  readonly customers: readonly string[];
  /** Microseconds; the same for all subscriptions. */
  readonly boundaries: readonly number[];
  readonly catalog: readonly CatalogStep[];
  readonly sends: readonly Send[];
  readonly closes: readonly CloseStep[];
  readonly faults: readonly ProcessFault[];
  readonly storeOutages: readonly { readonly atMs: number; readonly durationMs: number }[];
  readonly accident: Accident | null;
  /** Generations of the dedup index, of six identities: less than there are, in most runs. */
  readonly dedupGenerations: number;
  /** Generations of which the index has tags only; older ones are forgotten. */
  readonly dedupTagGenerations: number;
  readonly taskRecordsMax: number;
  readonly endMs: number;
  /** Whether the closes may write lost rows again from the log. */
  readonly repairs: boolean;
}

type Range = readonly [least: number, most: number];

interface Size {
  readonly partitions: Range;
  readonly customers: Range;
  /** After the long one. */
  readonly periods: Range;
  readonly batches: Range;
  readonly faults: Range;
}

const tiny: Size = {
  partitions: [1, 1],
  customers: [1, 1],
  periods: [1, 1],
  batches: [2, 4],
  faults: [0, 3],
};
const small: Size = {
  partitions: [1, 2],
  customers: [1, 2],
  periods: [1, 1],
  batches: [2, 6],
  faults: [0, 4],
};
const large: Size = {
  partitions: [1, 3],
  customers: [2, 4],
  periods: [2, 3],
  batches: [6, 13],
  faults: [0, 8],
};

/** Most mistakes show in small runs, of which there is time for many more. */
const sizes: readonly Size[] = [tiny, tiny, tiny, tiny, small, small, small, large];

export function createScenario(seed: number, accident?: Accident['kind']): Scenario {
  const random = new Random(seed, 'scenario');
  const size = random.pick(sizes);
  const within = ([least, most]: Range): number => random.between(least, most);
  const partitionCount = within(size.partitions);
  const periods = within(size.periods);
  const endMs = startMs + periods * periodMs + minuteMs;
  const customers = ['ada', 'bob', 'cyd', 'dee'].slice(0, within(size.customers));
  const boundaries = [startMs - firstPeriodMs];
  for (let period = 0; period <= periods; period++) boundaries.push(startMs + period * periodMs);
  const boundariesUs = boundaries.map((boundary) => boundary * 1000);
  const catalog = drawCatalog(random, customers, boundariesUs, endMs);
  const drawn: Scenario = {
    seed,
    partitionCount,
    intensity: random.pick([0.3, 1, 1, 2]),
    customers,
    boundaries: boundariesUs,
    catalog,
    sends: drawSends(random, {
      batches: within(size.batches),
      customers,
      startMs,
      endMs,
      periodMs,
    }),
    closes: drawCloses(random, boundariesUs, endMs),
    faults: Array.from({ length: within(size.faults) }, () => drawFault(random, endMs)),
    storeOutages: Array.from({ length: random.between(0, 2) }, () => ({
      atMs: random.between(startMs, endMs),
      durationMs: random.delayMs(8000),
    })),
    accident: pickAccident(random, accident),
    dedupGenerations: random.pick([1, 1, 2, 4, 16]),
    dedupTagGenerations: random.pick([0, 1, 2, 16]),
    taskRecordsMax: random.between(1, 8),
    endMs,
    repairs: random.chance(0.5),
  };
  const closes = [...drawn.closes, ...drawClosesBesideChanges(random, drawn)];
  return { ...drawn, closes };
}

function drawCatalog(
  random: Random,
  customers: readonly string[],
  boundaries: readonly number[],
  endMs: number,
): CatalogStep[] {
  const never = Infinity;
  const first = boundaries[0] ?? 0;
  const web = (customer: string): SubscriptionTerms => ({
    subscription: `${customer}-web`,
    customer,
    boundaries,
    phases: [{ from: first, plan: 'web', version: 1 }],
  });
  const steps: CatalogStep[] = [];
  const add = (atMs: number, step: Partial<CatalogStep> & Pick<CatalogStep, 'changes'>): void => {
    const id = `change-${steps.length + 1}`;
    steps.push({ id, atMs, latestMs: never, meters: [], subscriptions: [], ...step });
  };
  const early = customers.filter(() => random.chance(0.6));
  const earlySubscriptions = early.map(web);
  add(startMs + random.between(0, 20_000), {
    changes: [
      ...meters.map(meterChange),
      ...plans.map(planChange),
      ...earlySubscriptions.map(subscriptionChange),
    ],
    meters,
    subscriptions: earlySubscriptions,
  });
  // Subscriptions that come after their usage.
  for (const customer of customers) {
    const added = early.includes(customer) ? [] : [web(customer)];
    if (random.chance(0.3)) {
      added.push({
        subscription: `${customer}-base`,
        customer,
        boundaries,
        phases: [{ from: first, plan: 'base', version: 1 }],
      });
    }
    if (added.length === 0) continue;
    add(random.between(startMs + 21_000, endMs), {
      changes: added.map(subscriptionChange),
      subscriptions: added,
    });
  }
  // Another price, or another meter, from a moment on that lies ahead.
  for (const customer of early) {
    if (!random.chance(0.4)) continue;
    const atMs = random.between(startMs + 21_000, endMs - minuteMs);
    const from = (atMs + random.between(5000, 60_000)) * 1000;
    const changed: SubscriptionTerms = {
      ...web(customer),
      phases: [...web(customer).phases, { from, plan: 'web', version: 2 }],
    };
    add(atMs, {
      latestMs: from / 1000 - 1000,
      changes: [subscriptionChange(changed)],
      subscriptions: [changed],
    });
  }
  if (random.chance(0.3)) {
    const atMs = random.between(startMs + 21_000, endMs - minuteMs);
    const from = (atMs + random.between(5000, 60_000)) * 1000;
    const meter = callsOfOneRegion(from);
    add(atMs, { latestMs: from / 1000 - 1000, changes: [meterChange(meter)], meters: [meter] });
  }
  return steps;
}

function drawCloses(random: Random, boundaries: readonly number[], endMs: number): CloseStep[] {
  // The last one is closed at the end: what comes late is billed there.
  return boundaries.slice(1, -1).flatMap((through) => {
    const earliestMs = Math.max(through / 1000, startMs + 30_000);
    return Array.from({ length: random.between(0, 2) }, () => ({
      atMs: Math.min(earliestMs + random.delayMs(40_000), endMs),
      through,
    }));
  });
}

/** A cut and an epoch must never cross: so closes are asked for while a change is published, more often than chance would. */
function drawClosesBesideChanges(random: Random, { boundaries, catalog }: Scenario): CloseStep[] {
  return catalog.flatMap(({ atMs }) => {
    const through = boundaries.slice(1, -1).findLast((boundary) => boundary <= atMs * 1000);
    if (through === undefined || !random.chance(0.2)) return [];
    return [{ atMs: atMs + random.delayMs(1500), through }];
  });
}

function drawFault(random: Random, endMs: number): ProcessFault {
  const kinds: readonly ProcessKind[] = [
    'rater',
    'rater',
    'rater',
    'gateway',
    'closer',
    'closer',
    'control',
  ];
  const process = random.pick(kinds);
  const actions = [
    'kill',
    'kill',
    'pause',
    'pause',
    ...(process === 'rater' ? ['stop', 'thread'] : []),
  ];
  return {
    atMs: random.between(startMs, endMs + minuteMs),
    process,
    ordinal: random.between(0, 1),
    action: random.pick(actions) as ProcessFault['action'],
    durationMs: random.delayMs(15_000),
  };
}
