import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createToken, hashSecret, parseToken, secretMatches } from './api-key.ts';

const keyId = 'key_01J9X2M3N4P5Q6R7S8T9V0W1X2';

test('a key reads back as its id and secret', () => {
  const { text, secret } = createToken(keyId, 'live');
  expect(text.startsWith('tm_live_01j9x2m3n4p5q6r7s8t9v0w1x2_')).toBe(true);
  expect(parseToken(text)).toEqual({ keyId, secret });
});

test('a key with one character changed is no key', () => {
  const { text } = createToken(keyId, 'test');
  for (let position = 8; position < text.length; position += 7) {
    const other = text[position] === 'a' ? 'b' : 'a';
    expect(parseToken(text.slice(0, position) + other + text.slice(position + 1))).toBeNull();
  }
  expect(parseToken('')).toBeNull();
  expect(parseToken('tm_live_')).toBeNull();
});

test('only the right secret matches the stored hash', () => {
  const pepper = randomBytes(32);
  const { secret } = createToken(keyId, 'live');
  const stored = hashSecret(secret, pepper);
  expect(secretMatches(secret, pepper, stored)).toBe(true);
  expect(secretMatches(`${secret}x`, pepper, stored)).toBe(false);
  expect(secretMatches(secret, randomBytes(32), stored)).toBe(false);
});
