// Mutation testing of the pure core (`npm run mutation`, or a part of it: `npm run mutation -- --mutate 'rater/src/money/**'`).
// What survives and why is in docs/mutation.md.
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The tests run once a mutant: a hundred cases a property find what ten thousand would.
process.env.TIDEMARK_LAW_CASES ??= '100';
process.env.TIDEMARK_ORACLE_CASES ??= '1500';

const outside = join(tmpdir(), 'tidemark-mutation');

export default {
  testRunner: 'vitest',
  vitest: { configFile: 'rater/test/mutation/vitest.config.mjs', related: false },
  plugins: ['@stryker-mutator/vitest-runner', './rater/test/mutation/ignore-messages.mjs'],
  ignorers: ['messages'],
  mutate: ['rater/src/{money,pricing,meters}/**/*.ts', '!**/*.test.ts'],
  // Tables that are read once, as the modules load: every test would have to run for each of them.
  ignoreStatic: true,
  coverageAnalysis: 'perTest',
  concurrency: 2,
  incremental: true,
  incrementalFile: join(outside, 'incremental.json'),
  tempDirName: join(outside, 'sandbox'),
  ignorePatterns: ['/aggregator', '/api', '/benchmarks', '/docs', '/infra', '/ingest'],
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { logTests: false, allowColor: false },
  jsonReporter: { fileName: join(outside, 'mutation.json') },
  thresholds: { high: 95, low: 90, break: 90 },
  disableTypeChecks: false,
};
