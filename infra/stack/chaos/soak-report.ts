/** What a soak has found: whether anything grows with time. Pure. */
import Table from 'cli-table3';
import type { Verdict } from './check-invoices.ts';

export interface SoakSample {
  /** Since the traffic began. */
  readonly seconds: number;
  /** Made so far, copies left out. */
  readonly events: number;
  /** By role. */
  readonly residentBytes: Readonly<Record<string, number>>;
  /** Active parts of the table with the most. */
  readonly parts: number;
  /** Age of the oldest record that is not rated. */
  readonly oldestSeconds: number;
  /** Identities in the dedup indexes of all raters, and the memory they take. */
  readonly knownIds: number;
  readonly knownIdsBytes: number;
  /** Of the disk with log and store. */
  readonly freeBytes: number;
}

interface RoleMemory {
  readonly role: string;
  readonly firstMiB: number;
  readonly lastMiB: number;
  /** Of a line through the samples of the second half. */
  readonly slopeMiBPerHour: number;
}

export interface SoakReport {
  readonly samples: number;
  readonly seconds: number;
  /** In the second half. */
  readonly eventsPerSecond: number;
  readonly memory: readonly RoleMemory[];
  readonly partsMost: number;
  readonly oldestSecondsMedian: number;
  readonly oldestSecondsMost: number;
  readonly knownIds: number;
  readonly knownIdsBytes: number;
  /** Of log and store together. */
  readonly diskBytesPerEvent: number;
  readonly failures: readonly string[];
}

const bytesPerMiB = 1_048_576;
const partsMax = 300;
const oldestSecondsMax = 10;
/** Of what a process has at its middle. A process without a leak breathes; one with a leak grows on and on. */
const growthShareMax = 0.25;
/** Less of it says nothing: processes that have just started still fill their heaps and indexes. */
const judgedHoursMin = 1 / 12;

/** @param restarts lives of processes that ended; a soak has no faults, so there must be none. */
export function judgeSoak(samples: readonly SoakSample[], restarts: number): SoakReport {
  const settled = samples.slice(Math.floor(samples.length / 2));
  const first = settled[0];
  const last = settled.at(-1);
  if (first === undefined || last === undefined) throw new Error('A soak needs samples.');
  const hours = (last.seconds - first.seconds) / 3600;
  const failures: string[] = [];
  const memory = Object.keys(first.residentBytes).map((role): RoleMemory => {
    const points = settled.map(({ residentBytes, seconds }) => ({
      x: seconds / 3600,
      y: (residentBytes[role] ?? 0) / bytesPerMiB,
    }));
    const slopeMiBPerHour = slopeOf(points);
    const middle = points[Math.floor(points.length / 2)]?.y ?? 0;
    if (hours >= judgedHoursMin && slopeMiBPerHour * hours > middle * growthShareMax) {
      failures.push(`the memory of ${role} grows by ${Math.round(slopeMiBPerHour)} MiB an hour`);
    }
    const mib = (sample: SoakSample): number => (sample.residentBytes[role] ?? 0) / bytesPerMiB;
    return { role, firstMiB: mib(first), lastMiB: mib(last), slopeMiBPerHour };
  });
  const events = last.events - (samples[0]?.events ?? 0);
  const ages = samples.map(({ oldestSeconds }) => oldestSeconds).sort((a, b) => a - b);
  const report = {
    samples: samples.length,
    seconds: Math.round(last.seconds),
    eventsPerSecond: (last.events - first.events) / Math.max(1, last.seconds - first.seconds),
    memory,
    partsMost: Math.max(...samples.map(({ parts }) => parts)),
    oldestSecondsMedian: ages[Math.floor(ages.length / 2)] ?? 0,
    oldestSecondsMost: ages.at(-1) ?? 0,
    knownIds: last.knownIds,
    knownIdsBytes: last.knownIdsBytes,
    diskBytesPerEvent: ((samples[0]?.freeBytes ?? 0) - last.freeBytes) / Math.max(1, events),
  };
  if (report.partsMost > partsMax) failures.push(`the store had ${report.partsMost} parts`);
  if (report.oldestSecondsMedian > oldestSecondsMax) {
    failures.push(`half of the time the raters were ${report.oldestSecondsMedian} s behind`);
  }
  if (restarts > 0) failures.push(`${restarts} processes ended by themselves`);
  return { ...report, failures };
}

/** Of the least squares. */
function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (pick: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const x = mean((point) => point.x);
  const y = mean((point) => point.y);
  const spread = mean((point) => (point.x - x) ** 2);
  return spread === 0 ? 0 : mean((point) => (point.x - x) * (point.y - y)) / spread;
}

/** What came after the traffic. */
export interface SoakEnd {
  readonly events: number;
  readonly closeSeconds: number;
  readonly verdict: Verdict;
}

export function formatSoak(report: SoakReport, { closeSeconds, events, verdict }: SoakEnd): string {
  const count = (value: number): string => Math.round(value).toLocaleString('en');
  const table = new Table({ head: ['what', 'figure'], style: { head: [], border: [] } });
  table.push(
    ['seconds', count(report.seconds)],
    ['events sent', count(events)],
    ['events a second, second half', count(report.eventsPerSecond)],
    ['most parts of a table', report.partsMost],
    ['oldest record not rated, median', `${report.oldestSecondsMedian.toFixed(2)} s`],
    ['oldest record not rated, most', `${report.oldestSecondsMost.toFixed(2)} s`],
    ['identities known to the raters', count(report.knownIds)],
    ['their memory', `${count(report.knownIdsBytes / bytesPerMiB)} MiB`],
    ['disk, log and store', `${count(report.diskBytesPerEvent)} bytes an event`],
  );
  for (const { firstMiB, lastMiB, role, slopeMiBPerHour } of report.memory) {
    const span = `${count(firstMiB)} -> ${count(lastMiB)} MiB`;
    table.push([`memory of ${role}, second half`, `${span}, ${slopeMiBPerHour.toFixed(0)} MiB/h`]);
  }
  table.push(
    ['closing all days', `${count(closeSeconds)} s, ${count(verdict.invoices)} invoices`],
    ['billed', count(verdict.billed)],
    ['lost', verdict.lost],
    ['double', verdict.double],
    ['cents off', verdict.centsOff],
  );
  return table.toString();
}
