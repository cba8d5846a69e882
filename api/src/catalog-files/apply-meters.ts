import { isMeterUsed } from '../catalog/meter-store.ts';
import type { NewMeterVersion } from '../catalog/meter-store.ts';
import type { MeterDefinition } from '../catalog/meter.ts';
import { checkMeter } from '../catalog/rating-rules.ts';
import { refuseDuplicates } from './apply-context.ts';
import type { ApplyContext, SectionResult } from './apply-context.ts';
import type { CatalogDifference } from './catalog-file.ts';
import { isSameContent } from './same-content.ts';

/** A changed meter becomes a new version: from now on by event time where a plan charges by it, else of all usage. */
export async function applyMeters(
  { caller, connection, meters, now }: ApplyContext,
  definitions: readonly MeterDefinition[],
): Promise<SectionResult> {
  const keys = definitions.map(({ key }) => key);
  refuseDuplicates('meters', keys);
  const latest = await meters.latestVersions(connection, caller.tenant, keys);
  const changes: CatalogDifference[] = [];
  const versions: NewMeterVersion[] = [];
  for (const [index, definition] of definitions.entries()) {
    checkMeter(definition, `meters[${index}]`);
    const { key } = definition;
    const last = latest.get(key);
    const stored = last?.definition ?? null;
    if (stored !== null && isSameContent(stored, definition)) {
      changes.push({ kind: 'meter', key, action: 'unchanged' });
      continue;
    }
    const used = stored !== null && (await isMeterUsed(connection, caller.tenant, key));
    versions.push({
      definition,
      version: (last?.version ?? 0) + 1,
      effectiveFrom: used ? now : (last?.effectiveFrom ?? null),
    });
    changes.push({ kind: 'meter', key, action: stored === null ? 'create' : 'update' });
  }
  return { changes, ticket: await meters.writeVersions(connection, caller.tenant, versions) };
}
