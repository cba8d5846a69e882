import { expect, test } from 'vitest';
import { parseCommandBody } from './json-body.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('reads plain JSON, and an empty body as none', () => {
  expect(parseCommandBody(bytes('{"a":[1,"x",null]}'))).toEqual({ a: [1, 'x', null] });
  expect(parseCommandBody(bytes('  '))).toBeNull();
});

test.each([
  ['broken', '{"a":'],
  ['duplicate keys', '{"a":1,"a":2}'],
  ['a number that would change', '{"a":9007199254740993}'],
  ['a prototype', '{"__proto__":{"admin":true}}'],
  ['a nested prototype', '{"a":[{"__proto__":1}]}'],
  ['a NUL', '{"a":["x\\u0000"]}'],
  ['a lone surrogate', '{"a":"\\ud800"}'],
  ['a name with a lone surrogate', '{"\\udc00":1}'],
  ['too deep', `${'['.repeat(5000)}${']'.repeat(5000)}`],
])('refuses %s as unreadable', (_name, text) => {
  expect(() => parseCommandBody(bytes(text))).toThrow(
    expect.objectContaining({ kind: 'invalid-input' }),
  );
});

test('refuses what is not UTF-8', () => {
  const latin1 = Uint8Array.from([0x22, 0xff, 0x22]);
  expect(() => parseCommandBody(latin1)).toThrow(
    expect.objectContaining({ kind: 'invalid-input' }),
  );
});
