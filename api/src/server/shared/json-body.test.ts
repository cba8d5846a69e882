import { expect, test } from 'vitest';
import { parseCommandBody } from './json-body.ts';

test('reads plain JSON, and an empty body as none', () => {
  expect(parseCommandBody('{"a":[1,"x",null]}')).toEqual({ a: [1, 'x', null] });
  expect(parseCommandBody('  ')).toBeNull();
});

test.each([
  ['broken', '{"a":'],
  ['duplicate keys', '{"a":1,"a":2}'],
  ['a number that would change', '{"a":9007199254740993}'],
  ['a prototype', '{"__proto__":{"admin":true}}'],
  ['a nested prototype', '{"a":[{"__proto__":1}]}'],
  ['too deep', `${'['.repeat(5000)}${']'.repeat(5000)}`],
])('refuses %s as unreadable', (_name, text) => {
  expect(() => parseCommandBody(text)).toThrow(expect.objectContaining({ kind: 'invalid-input' }));
});
