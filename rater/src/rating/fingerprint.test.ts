import { formatUuid } from '@tidemark/ingest/contract';
import { describe, expect, it } from 'vitest';
import { IdentityHasher, PayloadHasher, payloadTimeBytes } from './fingerprint.ts';

const key = Uint8Array.from({ length: 16 }, (_, index) => index);
const uuidBytes = Uint8Array.from({ length: 16 }, (_, index) => index * 13);

function fingerprint(
  tenant: string,
  subject: string,
  source: string,
  id: string | Uint8Array,
): string {
  const hasher = new IdentityHasher(key);
  const prefix = hasher.prefix(tenant, subject, source);
  if (typeof id === 'string') hasher.hashText(prefix, id);
  else hasher.hashUuid(prefix, id, 0);
  return Buffer.from(hasher.lanes.buffer).toString('hex');
}

function payload(type: string, time: number, data: string): string {
  const hasher = new PayloadHasher(key);
  const words = new Uint32Array(64);
  const bytes = new Uint8Array(words.buffer);
  const { written } = new TextEncoder().encodeInto(data, bytes.subarray(payloadTimeBytes));
  hasher.hash(hasher.prefix(type), time, words, written);
  return Buffer.from(hasher.lanes.buffer, 0, 8).toString('hex');
}

describe('the identity fingerprint', () => {
  it('never changes: stored fingerprints are compared with new ones for years', () => {
    expect(fingerprint('acme', 'ada', 'edge', 'e-1')).toBe('d4900d4303d806dbdc7e07bde7d1ce2f');
    expect(fingerprint('acme', 'ada', 'edge', uuidBytes)).toBe('ad44f5c25364c7f67ef4cf258dcdd04a');
  });

  it('does not depend on how a UUID travelled', () => {
    const text = formatUuid(uuidBytes, 0);
    expect(fingerprint('acme', 'ada', 'edge', text)).toBe(
      fingerprint('acme', 'ada', 'edge', uuidBytes),
    );
    expect(fingerprint('acme', 'ada', 'edge', text.toUpperCase())).not.toBe(
      fingerprint('acme', 'ada', 'edge', text),
    );
  });

  it('tells parts apart that read alike when they are joined', () => {
    const identities: readonly [string, string, string, string][] = [
      ['ab', 'c', 'd', 'e'],
      ['a', 'bc', 'd', 'e'],
      ['a', 'b', 'cd', 'e'],
      ['a', 'b', 'c', 'de'],
      ['a', 'b', 'c', 'de\0'],
      ['a', 'b', 'c\0', 'de'],
    ];
    expect(new Set(identities.map((parts) => fingerprint(...parts))).size).toBe(identities.length);
  });

  it('takes ids up to 256 bytes and no longer ones', () => {
    expect(fingerprint('a', 'b', 'c', 'x'.repeat(256))).toHaveLength(32);
    expect(() => fingerprint('a', 'b', 'c', 'é'.repeat(129))).toThrow('1 to 256 bytes');
  });
});

describe('the payload hash', () => {
  it('never changes', () => {
    expect(payload('request', 1_767_225_600_000_001, '{"bytes":5}')).toBe('1a2d88185758bc69');
  });

  it('differs by type, time and data', () => {
    const hashes = [
      payload('request', 1, '{"bytes":5}'),
      payload('request2', 1, '{"bytes":5}'),
      payload('request', 2, '{"bytes":5}'),
      payload('request', -1, '{"bytes":5}'),
      payload('request', 1, '{"bytes":"5"}'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
