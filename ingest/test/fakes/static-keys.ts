import type { KeyVerifier, Scope, VerifiedKey } from '../../src/gateway/ports.ts';

/** Keys that are given once: `live-key` of tenant `acme` sends events, `billing-key` backfill, `read-key` neither. */
export class StaticKeys implements KeyVerifier {
  readonly #keys = new Map<string, VerifiedKey>([
    ['live-key', key('acme', ['ingest'])],
    ['billing-key', key('acme', ['billing'])],
    ['read-key', key('acme', ['read'])],
    ['other-key', key('umbrella', ['ingest'])],
  ]);

  verify(bearer: string): Promise<VerifiedKey | { readonly kind: 'rejected' }> {
    return Promise.resolve(this.#keys.get(bearer) ?? { kind: 'rejected' });
  }
}

function key(tenant: string, scopes: readonly Scope[]): VerifiedKey {
  return { kind: 'ok', tenant, keyId: `key-of-${tenant}`, scopes: new Set(scopes) };
}
