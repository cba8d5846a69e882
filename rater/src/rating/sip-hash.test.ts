import { describe, expect, it } from 'vitest';
import { SipHash128 } from './sip-hash.ts';

/** SipHash-2-4-128 of the bytes 0, 1, .. length - 1 under the key 0, 1, .. 15, as its authors publish them. */
const publishedVectors: readonly (readonly [length: number, hash: string])[] = [
  [0, 'a3817f04ba25a8e66df67214c7550293'],
  [1, 'da87c1d86b99af44347659119b22fc45'],
  [2, '8177228da4a45dc7fca38bdef60affe4'],
  [3, '9c70b60c5267a94e5f33b6b02985ed51'],
  [4, 'f88164c12d9c8faf7d0f6e7c7bcd5579'],
  [5, '1368875980776f8854527a07690e9627'],
  [7, 'a1f1ebbed8dbc153c0b84aa61ff08239'],
  [8, '3b62a9ba6258f5610f83e264f31497b4'],
  [9, '264499060ad9baabc47f8b02bb6d71ed'],
  [15, '5493e99933b0a8117e08ec0f97cfc3d9'],
  [16, '6ee2a4ca67b054bbfd3315bf85230577'],
  [31, '2939b0183223fafc1723de4f52c43d35'],
  [48, 'f7e5aef549f782cf379055a608269b16'],
  [63, '5150d1772f50834a503e069a973fbd7c'],
];

const key = Uint8Array.from({ length: 16 }, (_, index) => index);

function hash(sip: SipHash128, message: Uint8Array, prefixBytes: number): string {
  const words = new Uint32Array(64);
  const bytes = new Uint8Array(words.buffer);
  const prefix =
    prefixBytes === 0
      ? null
      : sip.absorb(new Uint32Array(message.slice(0, prefixBytes).buffer, 0, prefixBytes / 4));
  // What lies behind the message in a reused scratch must not matter.
  bytes.fill(0xa5);
  bytes.set(message.subarray(prefixBytes));
  sip.finish(prefix, words, message.length - prefixBytes, message.length);
  return Buffer.from(sip.lanes.buffer).toString('hex');
}

describe('SipHash128', () => {
  it.each(publishedVectors)('agrees with the published vector of length %i', (length, expected) => {
    const sip = new SipHash128(key, { compression: 2, finalization: 4 });
    const message = Uint8Array.from({ length }, (_, index) => index);
    expect(hash(sip, message, 0)).toBe(expected);
  });

  it('gives the same hash when a prefix was absorbed before', () => {
    const sip = new SipHash128(key, { compression: 1, finalization: 3 });
    const message = Uint8Array.from({ length: 77 }, (_, index) => index * 7);
    expect(hash(sip, message, 32)).toBe(hash(sip, message, 0));
    expect(hash(sip, message, 32)).not.toBe(hash(sip, message.slice(0, 76), 32));
  });
});
