/** One look at the running processes: memory from the kernel, parts from the store, lag from the raters' metrics. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { z } from 'zod';
import type { SoakSample } from './soak-report.ts';
import type { SupervisedRole } from './supervised-role.ts';

const partsSql = `
SELECT toString(max(parts)) AS most
FROM (SELECT count() AS parts FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table)`;
const bytesPerPage = 4096;

export async function sampleWorld(
  roles: readonly SupervisedRole[],
  clickHouse: ClickHouse,
): Promise<Omit<SoakSample, 'seconds'>> {
  const residentBytes: Record<string, number> = {};
  let lagRecords = 0;
  let oldestSeconds = 0;
  const memory = memoryByGroup();
  for (const role of roles) {
    residentBytes[role.name] = memory.get(role.processId ?? 0) ?? 0;
    if (!role.name.startsWith('rater')) continue;
    const metrics = await (await fetch(`${role.url}/metrics`)).text();
    lagRecords += sumOf(metrics, 'tidemark_rater_lag_records');
    oldestSeconds = Math.max(
      oldestSeconds,
      ...valuesOf(metrics, 'tidemark_rater_oldest_unprocessed_seconds'),
    );
  }
  const row = z.object({ most: z.string().transform(Number) });
  const [parts] = await clickHouse.query({ sql: partsSql, row });
  return { residentBytes, parts: parts?.most ?? 0, lagRecords, oldestSeconds };
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

function valuesOf(metrics: string, name: string): number[] {
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(
    ([, value]) => Number(value),
  );
}

function sumOf(metrics: string, name: string): number {
  return valuesOf(metrics, name).reduce((sum, value) => sum + value, 0);
}
