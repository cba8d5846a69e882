import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['tidemark-source'] };
const ssr = { resolve };
// Real stores and brokers share two cores: files of these projects run one after another.
const withRealStores = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: { name: 'unit', include: ['**/src/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'simulation',
          include: ['**/test/simulation/**/*.test.ts'],
          // A sweep takes all cores for itself.
          fileParallelism: false,
          testTimeout: 1_800_000,
        },
      },
      ...(['integration', 'e2e', 'faults'] as const).map((name) => ({
        resolve,
        ssr,
        test: { name, include: [`**/test/${name}/**/*.test.ts`], ...withRealStores },
      })),
    ],
  },
});
