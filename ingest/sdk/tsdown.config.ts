import { defineConfig } from 'tsdown';

// One ES module with its types; the event contract is bundled in, `@msgpack/msgpack` is the only dependency.
// eslint-disable-next-line no-restricted-syntax -- tsdown reads the default export
export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  // The contract also exports what only servers use; nothing in it acts on import, so what is not named is left out.
  treeshake: { moduleSideEffects: false },
  deps: { neverBundle: [/^node:/, '@node-rs/crc32', 'zod'] },
});
