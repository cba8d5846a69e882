// The tests that mutation testing runs: the laws and examples of the pure core, and the core through the preview. The core
// is resolved inside the sandbox: through node_modules the tests would meet the code that is not mutated.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export default defineConfig({
  root,
  resolve: {
    conditions: ['tidemark-source'],
    alias: [
      {
        find: /^@tidemark\/rater\/(money|pricing|meters|calendar)$/,
        replacement: `${root}rater/src/$1/index.ts`,
      },
    ],
  },
  test: {
    // Mutated code is slower, and slow without being wrong.
    testTimeout: 60_000,
    include: [
      'rater/src/{money,meters,pricing,calendar}/**/*.test.ts',
      'rater/test/integration/pricing-*.test.ts',
    ],
  },
});
