import { planCommandOf, readRounding } from '../catalog/plan-store.ts';
import type { PlanCommand } from '../catalog/plan.ts';
import { checkPlan, withRounding } from '../catalog/rating-rules.ts';
import { refuseDuplicates } from './apply-context.ts';
import type { ApplyContext, SectionResult } from './apply-context.ts';
import type { CatalogDifference } from './catalog-file.ts';
import { isSameContent } from './same-content.ts';

/** A changed plan becomes a new version; subscriptions stay on the one they have. */
export async function applyPlans(
  { caller, connection, meters, plans }: ApplyContext,
  commands: readonly PlanCommand[],
): Promise<SectionResult> {
  if (commands.length === 0) return { changes: [], ticket: null };
  const keys = commands.map(({ key }) => key);
  refuseDuplicates('plans', keys);
  const stored = await plans.findMany(connection, caller.tenant, keys);
  const rounding = await readRounding(connection, caller.tenant);
  const meterKeys = commands.flatMap(({ charges }) =>
    charges.flatMap(({ meter }) => (typeof meter === 'string' ? [meter] : [])),
  );
  const known = await meters.findMany(connection, caller.tenant, [...new Set(meterKeys)]);
  const changes: CatalogDifference[] = [];
  const versions: { command: PlanCommand; version: number }[] = [];
  for (const [index, given] of commands.entries()) {
    const command = completed(withRounding(given, rounding));
    const last = stored.get(command.key);
    if (last !== undefined && isSameContent(planCommandOf(last), command)) {
      changes.push({ kind: 'plan', key: command.key, action: 'unchanged' });
      continue;
    }
    checkPlan(command, (key) => known.get(key)?.definition, `plans[${index}]`);
    versions.push({ command, version: (last?.latestVersion ?? 0) + 1 });
    changes.push({
      kind: 'plan',
      key: command.key,
      action: last === undefined ? 'create' : 'update',
    });
  }
  return { changes, ticket: await plans.writeVersions(connection, caller.tenant, versions) };
}

/** With the defaults that a stored version has. */
function completed(command: PlanCommand): PlanCommand {
  return {
    ...command,
    name: command.name ?? command.key,
    minimum: command.minimum ?? null,
    maximum: command.maximum ?? null,
  };
}
