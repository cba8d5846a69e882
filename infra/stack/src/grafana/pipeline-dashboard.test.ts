import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildPipelineDashboard } from './pipeline-dashboard.ts';

it('is the dashboard that is provisioned', async () => {
  const path = join(import.meta.dirname, '../../grafana/dashboards/pipeline.json');
  const provisioned: unknown = JSON.parse(await readFile(path, 'utf8'));
  expect(provisioned).toEqual(JSON.parse(JSON.stringify(buildPipelineDashboard())));
});
