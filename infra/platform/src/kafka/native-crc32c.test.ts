import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import './native-crc32c.ts';

const load = createRequire(import.meta.url);
const inJavaScript = load('kafkajs/src/protocol/recordBatch/crc32C/crc32C.js') as (
  bytes: Buffer,
) => number;
const used = load('kafkajs/src/protocol/recordBatch/crc32C/index.js') as typeof inJavaScript;

it('computes what kafkajs computes by itself, as an unsigned number', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (array) => {
      const bytes = Buffer.from(array);
      expect(used(bytes)).toBe(inJavaScript(bytes) >>> 0);
    }),
  );
});
