import { contentOf, merge } from '../customers/customer.ts';
import type { CustomerCommand, CustomerContent } from '../customers/customer.ts';
import { invalidCommand } from '../problems.ts';
import { refuseDuplicates } from './apply-context.ts';
import type { ApplyContext, SectionResult } from './apply-context.ts';
import type { CatalogDifference } from './catalog-file.ts';
import { isSameContent } from './same-content.ts';

/** Fields that the file names are brought up to it; the others stay. */
export async function applyCustomers(
  { caller, connection, customers }: ApplyContext,
  commands: readonly CustomerCommand[],
): Promise<SectionResult> {
  if (commands.length === 0) return { changes: [], ticket: null };
  const keys = commands.map(({ key }) => key);
  refuseDuplicates('customers', keys);
  const parents = commands.flatMap(({ parent }) => parent ?? []);
  const stored = await customers.findMany(connection, caller.tenant, [...keys, ...parents]);
  const inFile = new Set(keys);
  const changes: CatalogDifference[] = [];
  const created: CustomerContent[] = [];
  const updated: CustomerContent[] = [];
  for (const [index, command] of commands.entries()) {
    const { key, parent } = command;
    if (isNamed(parent) && (parent === key || !(stored.has(parent) || inFile.has(parent)))) {
      throw invalidCommand('api/unknown-customer', `There is no customer "${parent}".`, [
        { path: `customers[${index}].parent`, message: 'names no other customer' },
      ]);
    }
    const existing = stored.get(key);
    if (existing === undefined) {
      created.push(contentOf(command));
      changes.push({ kind: 'customer', key, action: 'create' });
      continue;
    }
    const content = merge(existing, command);
    const same = isSameContent(content, merge(existing, {}));
    if (!same) updated.push(content);
    changes.push({ kind: 'customer', key, action: same ? 'unchanged' : 'update' });
  }
  // Parents of the file come to exist with their children: the reference is checked when the statement is done.
  if (created.length > 0) await customers.insertMany(connection, caller.tenant, created);
  if (updated.length > 0) await customers.updateMany(connection, caller.tenant, updated);
  await customers.assertNoCircle(
    connection,
    caller.tenant,
    commands.filter(({ parent }) => isNamed(parent)).map(({ key }) => key),
  );
  return { changes, ticket: null };
}

function isNamed(parent: string | null | undefined): parent is string {
  return parent !== null && parent !== undefined;
}
