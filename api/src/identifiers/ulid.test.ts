import { expect, test } from 'vitest';
import { createIdFactory } from './ulid.ts';

test('identifiers rise strictly within a millisecond and when the clock steps back', () => {
  let now = 1_700_000_000_000_000;
  const createId = createIdFactory({ now: () => now });
  const ids: string[] = [];
  for (let index = 0; index < 1000; index += 1) ids.push(createId('inv_'));
  now -= 5_000_000;
  ids.push(createId('inv_'));
  now += 60_000_000;
  ids.push(createId('inv_'));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids[0]).toMatch(/^inv_[0-9A-HJKMNP-TV-Z]{26}$/);
});
