/** An operator who is woken up finds an entry for what woke them up. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { haltReasons } from '@tidemark/rater/partitions';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../../../..');
const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
const metrics = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
const { groups } = parse(
  readFileSync(join(root, 'infra/stack/prometheus/alerts.yaml'), 'utf8'),
) as { groups: { rules: { alert: string; expr: string }[] }[] };
const alerts = groups.flatMap(({ rules }) => rules);

it.each(Object.keys(haltReasons))('the runbook has an entry for %s', (reason) => {
  expect(runbook).toContain(`\n### \`${reason}\`\n`);
});

it.each(alerts)('the runbook has an entry for the alert $alert', ({ alert }) => {
  expect(runbook).toContain(`\n### ${alert}\n`);
});

it.each(alerts)('the metrics of $alert are documented', ({ expr }) => {
  for (const [name] of expr.matchAll(/tidemark_[a-z_]+/g)) {
    expect(metrics).toContain(name.replace(/_bucket$/, ''));
  }
});
