import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

const secret = new Uint8Array(32).fill(7);
const scope = { tenant: 't1', list: '/v1/customers {}' };

test('a cursor reads back for its own list only', () => {
  const cursor = encodeCursor(secret, scope, ['acme', 'ä']);
  expect(decodeCursor(secret, scope, cursor)).toEqual(['acme', 'ä']);
  const foreign = [
    { ...scope, tenant: 't2' },
    { ...scope, list: '/v1/meters {}' },
  ];
  for (const other of foreign) {
    expect(() => decodeCursor(secret, other, cursor)).toThrow('did not give');
  }
  expect(() => decodeCursor(new Uint8Array(32), scope, cursor)).toThrow('did not give');
});

test('any change of a cursor is refused', () => {
  const cursor = encodeCursor(secret, scope, ['acme']);
  const bytes = Buffer.from(cursor, 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => decodeCursor(secret, scope, changed.toString('base64url'))).toThrow();
  }
  expect(() => decodeCursor(secret, scope, '')).toThrow();
});
