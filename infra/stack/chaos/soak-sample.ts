/** One look at the running processes: memory from the kernel, parts from the store, lag from the raters' metrics. */
import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import type { SoakSample } from './soak-report.ts';
import type { SupervisedRole } from './supervised-role.ts';

export interface Watched {
  readonly roles: readonly SupervisedRole[];
  readonly clickHouse: ClickHouse;
  /** Where log and store lie. */
  readonly directory: string;
}

const partsSql = `
SELECT toString(max(parts)) AS most
FROM (SELECT count() AS parts FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table)`;
const partsRow = z.object({ most: z.string().transform(Number) });
const bytesPerPage = 4096;

export async function sampleWorld({
  clickHouse,
  directory,
  roles,
}: Watched): Promise<Omit<SoakSample, 'seconds' | 'events'>> {
  const memory = memoryByGroup();
  const metrics = await readRaters(roles);
  const [parts] = await clickHouse.query({ sql: partsSql, row: partsRow });
  const disk = statfsSync(directory);
  return {
    residentBytes: Object.fromEntries([
      ...roles.map(({ name, processId }) => [name, memory.get(processId ?? 0) ?? 0] as const),
      ['sender', process.memoryUsage.rss()],
    ]),
    parts: parts?.most ?? 0,
    oldestSeconds: oldestOf(metrics),
    knownIds: sumOf(metrics, 'tidemark_rater_dedup_ids'),
    knownIdsBytes: sumOf(metrics, 'tidemark_rater_dedup_bytes'),
    freeBytes: disk.bavail * disk.bsize,
  };
}

/** Age of the oldest record that is not rated. */
export async function readBehindSeconds(roles: readonly SupervisedRole[]): Promise<number> {
  return oldestOf(await readRaters(roles));
}

async function readRaters(roles: readonly SupervisedRole[]): Promise<string> {
  const raters = roles.filter(({ name }) => name.startsWith('rater'));
  const texts = await Promise.all(
    raters.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
  );
  return texts.join('\n');
}

/** Resident bytes of all processes, by the leader of their group: the store's engine is a child of its role. */
function memoryByGroup(): Map<number, number> {
  const bytes = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // After the name in brackets: state, parent, group.
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
      const group = Number(fields?.[2]);
      const pages = Number(readFileSync(`/proc/${entry}/statm`, 'utf8').split(' ')[1]);
      bytes.set(group, (bytes.get(group) ?? 0) + pages * bytesPerPage);
    } catch {
      // It has ended meanwhile.
    }
  }
  return bytes;
}

function oldestOf(metrics: string): number {
  return Math.max(0, ...valuesOf(metrics, 'tidemark_rater_oldest_unprocessed_seconds'));
}

function valuesOf(metrics: string, name: string): number[] {
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(
    ([, value]) => Number(value),
  );
}

function sumOf(metrics: string, name: string): number {
  return valuesOf(metrics, name).reduce((sum, value) => sum + value, 0);
}
