/**
 * Checks keys of access for the gateway and the API. A verified key is remembered for a few seconds, so that ingest does
 * not ask the database per request; a revocation in this process acts at once, in another one after that time.
 */
import type { Clock, Instant } from '@tidemark/platform/clock';
import { AppError } from '@tidemark/platform/errors';
import type { KeyVerifier, Scope, VerifiedKey } from '@tidemark/ingest/gateway';
import type { SqlConnection } from '@tidemark/platform/postgres';
import { parseToken, secretMatches } from './api-key.ts';

export interface CachingKeyVerifier extends KeyVerifier {
  /** Forgets what is remembered of a key; call after it was revoked or rotated. */
  forget(keyId: string): void;
}

export interface KeyVerifierOptions {
  readonly database: SqlConnection;
  readonly clock: Clock;
  readonly pepper: Uint8Array;
  readonly rememberMs?: number;
}

interface Remembered {
  readonly secretHash: Uint8Array;
  readonly key: VerifiedKey;
  readonly validUntil: Instant;
  readonly staleAt: Instant;
}

const rememberedMax = 10_000;

export function createKeyVerifier(options: KeyVerifierOptions): CachingKeyVerifier {
  const { clock, pepper } = options;
  const rememberUs = (options.rememberMs ?? 5_000) * 1000;
  const remembered = new Map<string, Remembered>();

  async function lookUp(keyId: string, now: Instant): Promise<Remembered | null> {
    const row = await readKey(options.database, keyId);
    if (row === undefined || row.revoked_at !== null) return null;
    const entry: Remembered = {
      secretHash: row.secret_hash,
      key: { kind: 'ok', tenant: row.tenant, keyId, scopes: new Set(row.scopes) },
      validUntil: row.expires_at ?? Number.MAX_SAFE_INTEGER,
      staleAt: now + rememberUs,
    };
    // Insertion order makes the first key the oldest: the cache never grows past its bound.
    if (remembered.size >= rememberedMax) {
      const oldest = remembered.keys().next();
      if (oldest.done !== true) remembered.delete(oldest.value);
    }
    remembered.set(keyId, entry);
    return entry;
  }

  return {
    async verify(bearer) {
      const token = parseToken(bearer);
      if (token === null) return { kind: 'rejected' };
      const now = clock.now();
      let entry: Remembered | null = remembered.get(token.keyId) ?? null;
      if (entry === null || entry.staleAt <= now) {
        remembered.delete(token.keyId);
        entry = await lookUp(token.keyId, now);
      }
      if (entry === null || entry.validUntil <= now) return { kind: 'rejected' };
      if (!secretMatches(token.secret, pepper, entry.secretHash)) return { kind: 'rejected' };
      return entry.key;
    },
    forget(keyId) {
      remembered.delete(keyId);
    },
  };
}

type KeyRow = {
  tenant: string;
  secret_hash: Uint8Array;
  scopes: Scope[];
  expires_at: Instant | null;
  revoked_at: Instant | null;
};

async function readKey(database: SqlConnection, keyId: string): Promise<KeyRow | undefined> {
  try {
    const [row] = await database.query<KeyRow>(
      'select tenant, secret_hash, scopes, expires_at, revoked_at from api_keys where key_id = $1',
      [keyId],
    );
    return row;
  } catch (cause) {
    throw new AppError('unavailable', 'api/keys-unavailable', 'Keys cannot be checked right now.', {
      cause,
    });
  }
}
