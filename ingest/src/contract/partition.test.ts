import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from './partition.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('murmur2', () => {
  // From org.apache.kafka.common.utils.UtilsTest.testMurmur2.
  it.each<[Uint8Array, number]>([
    [bytes('21'), -973932308],
    [bytes('foobar'), -790332482],
    [bytes('a-little-bit-long-string'), -985981536],
    [bytes('a-little-bit-longer-string'), -1486304829],
    [bytes('lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8'), -58897971],
    [bytes('abc'), 479470107],
    [bytes(''), 275646681],
    [Uint8Array.of(12, 42, 56, 24, 109, 111), 274204207],
  ])('hashes vector %# as Java does', (data, hash) => {
    expect(murmur2(data)).toBe(hash);
  });
});

describe('partitionOf', () => {
  it('is the positive remainder of the hash of tenant:subject', () => {
    expect(partitionOf('foo', 'bar', 1)).toBe(0);
    for (const subject of ['acme', '', 'ü', '😀', 'a:b', 'x'.repeat(600), `${'x'.repeat(300)}ü`]) {
      const hash = murmur2(bytes(`t:${subject}`));
      const positive = Number(BigInt(hash) & 0x7fffffffn);
      expect(partitionOf('t', subject, 12)).toBe(positive % 12);
    }
  });

  it('spreads subjects over all partitions', () => {
    const counts = new Array<number>(8).fill(0);
    for (let index = 0; index < 4000; index++) {
      const partition = partitionOf('acme', `customer-${index}`, 8);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(350);
  });
});
