/** `tidemark apply`: catalog as code. Reads YAML or JSON files, lets the server compare and update, shows the difference. */
import { readFile } from 'node:fs/promises';
import { AppError } from '@tidemark/platform/errors';
import type { Command } from 'commander';
import picocolors from 'picocolors';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { printJson, printLine } from '../output.ts';

const sections = ['meters', 'plans', 'coupons', 'customers', 'subscriptions'] as const;
type Catalog = Partial<Record<(typeof sections)[number], unknown[]>>;

const catalogSchema = z.strictObject({
  meters: z.array(z.unknown()).optional(),
  plans: z.array(z.unknown()).optional(),
  coupons: z.array(z.unknown()).optional(),
  customers: z.array(z.unknown()).optional(),
  subscriptions: z.array(z.unknown()).optional(),
});

const applyResultSchema = z.object({
  dryRun: z.boolean(),
  changes: z.array(
    z.object({
      kind: z.string(),
      key: z.string(),
      action: z.enum(['create', 'update', 'unchanged']),
    }),
  ),
});

export function registerApply(program: Command): void {
  withConnection(
    program
      .command('apply')
      .description(
        'Apply catalog files (meters, plans, coupons, customers, subscriptions) and show the difference',
      )
      .argument('<file...>', 'YAML or JSON files')
      .option('--dry-run', 'show the difference, change nothing')
      .addHelpText(
        'after',
        '\nExamples:\n  $ tidemark apply catalog.yaml\n  $ tidemark apply meters.yaml plans.yaml --dry-run',
      ),
  ).action(async (files: string[], options: ConnectionOptions & { dryRun?: boolean }) => {
    const catalog = await readCatalogFiles(files);
    const answer = await connect(options).post('/v1/catalog/apply', {
      ...catalog,
      dryRun: options.dryRun ?? false,
    });
    if (options.json === true) printJson(answer);
    else printDifference(applyResultSchema.parse(answer));
  });
}

/** Reads and joins catalog files; a file that is no catalog is refused with its name. */
async function readCatalogFiles(files: readonly string[]): Promise<Catalog> {
  const joined: Catalog = {};
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new AppError('invalid-input', 'stack/unreadable-file', `${file} cannot be read.`, {
        cause,
      });
    });
    let document: unknown;
    try {
      document = parseYaml(text);
    } catch (cause) {
      throw new AppError(
        'invalid-input',
        'stack/invalid-catalog',
        `${file} is neither YAML nor JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`,
        { cause },
      );
    }
    const parsed = catalogSchema.safeParse(document ?? {});
    if (!parsed.success) {
      throw new AppError('invalid-input', 'stack/invalid-catalog', `${file} is no catalog file.`, {
        errors: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
      });
    }
    for (const section of sections) {
      const items = parsed.data[section];
      if (items !== undefined) joined[section] = [...(joined[section] ?? []), ...items];
    }
  }
  return joined;
}

const marks = {
  create: picocolors.green('+'),
  update: picocolors.yellow('~'),
  unchanged: picocolors.dim('='),
} as const;

/** Long lists of the same change are counted, not printed line by line. */
const printedChangesMax = 40;

function printDifference({ changes, dryRun }: z.output<typeof applyResultSchema>): void {
  const changed = changes.filter(({ action }) => action !== 'unchanged');
  for (const { action, kind, key } of changed.slice(0, printedChangesMax)) {
    printLine(`${marks[action]} ${kind} ${key}`);
  }
  if (changed.length > printedChangesMax) {
    printLine(picocolors.dim(`  and ${changed.length - printedChangesMax} more`));
  }
  const count = (wanted: string): number =>
    changes.filter(({ action }) => action === wanted).length;
  const summary = `${count('create')} to create, ${count('update')} to update, ${count('unchanged')} unchanged`;
  printLine(
    dryRun
      ? `${summary} (dry run: nothing was changed)`
      : summary.replaceAll('to create', 'created').replaceAll('to update', 'updated'),
  );
}
