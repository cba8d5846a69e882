/** Writes the Grafana dashboards from code: `npm run dashboards -w @tidemark/stack`. A unit test fails when they are stale. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPipelineDashboard } from '../src/grafana/pipeline-dashboard.ts';

const folder = join(import.meta.dirname, '../grafana/dashboards');
await writeFile(
  join(folder, 'pipeline.json'),
  `${JSON.stringify(buildPipelineDashboard(), null, 2)}\n`,
);
