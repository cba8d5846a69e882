import { formatUuid } from '@tidemark/ingest/contract';
import type { IdColumn } from '@tidemark/ingest/contract';
import { describe, expect, it } from 'vitest';
import { IdentityHasher } from './fingerprint.ts';

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
  const ids: IdColumn =
    typeof id === 'string' ? { kind: 'text', values: [id] } : { kind: 'uuid', bytes: id };
  const lanes = hasher.fingerprints(ids, 1, () => prefix);
  return Buffer.from(lanes.buffer, lanes.byteOffset, 16).toString('hex');
}

describe('the identity fingerprint', () => {
  it('never changes: stored fingerprints are compared with new ones for years', () => {
    expect(fingerprint('acme', 'ada', 'edge', 'e-1')).toBe('f1be5933bf41fe187c497cf13917ce6f');
    expect(fingerprint('acme', 'ada', 'edge', uuidBytes)).toBe('2ae693f5504eff1aa7ac29877778dc2a');
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

  it('gives each of many ids its own, in any mixture of texts and UUIDs', () => {
    const hasher = new IdentityHasher(key);
    const prefixes = ['ada', 'bob'].map((subject) => hasher.prefix('acme', subject, 'edge'));
    const values = Array.from({ length: 3000 }, (_, row) =>
      row % 3 === 0
        ? `e-${row}`
        : formatUuid(
            uuidBytes.map((byte) => byte ^ row ^ (row >>> 8)),
            0,
          ),
    );
    const prefixAt = (row: number) => prefixes[row % 2]!;
    const lanes = hasher.fingerprints({ kind: 'text', values }, values.length, prefixAt);
    values.forEach((id, row) => {
      const own = Buffer.from(lanes.buffer, lanes.byteOffset + row * 16, 16).toString('hex');
      expect(own).toBe(fingerprint('acme', row % 2 === 0 ? 'ada' : 'bob', 'edge', id));
    });
  });

  it('takes ids up to 256 bytes and no longer ones', () => {
    expect(fingerprint('a', 'b', 'c', 'x'.repeat(256))).toHaveLength(32);
    expect(() => fingerprint('a', 'b', 'c', 'é'.repeat(129))).toThrow('1 to 256 bytes');
  });
});
