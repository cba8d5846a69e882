import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignPartitions } from './assign-partitions.ts';

const members = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

describe('assignPartitions', () => {
  it('gives every partition to exactly one member, in shares that differ by one at most', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 8 }),
        (count, before, after) => {
          const first = assignPartitions(count, members(before), new Map());
          const second = assignPartitions(count, members(after), first);
          for (const assignment of [first, second]) {
            const all = [...assignment.values()].flat().sort((left, right) => left - right);
            expect(all).toEqual(Array.from({ length: count }, (_, index) => index));
            const shares = [...assignment.values()].map(({ length }) => length);
            expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  it('moves nothing when the members stay, and only the share of the new one when one joins', () => {
    const first = assignPartitions(8, members(2), new Map());
    expect(assignPartitions(8, members(2), first)).toEqual(first);
    const second = assignPartitions(8, members(3), first);
    for (const [member, partitions] of first) {
      expect(partitions).toEqual(expect.arrayContaining(second.get(member) ?? []));
    }
    expect(second.get('m2')).toHaveLength(2);
  });

  it('leaves members without partitions when there are more members', () => {
    const assignment = assignPartitions(2, members(4), new Map());
    expect([...assignment.values()].map(({ length }) => length).sort()).toEqual([0, 0, 1, 1]);
  });
});
