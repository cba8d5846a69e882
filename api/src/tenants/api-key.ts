/**
 * Keys of access: `tm_<live|test>_<id>_<secret><check>`. The id finds the row, the secret (190 bits) proves the holder, the
 * check (CRC-32) lets leak scanners and our own server tell a key from noise without asking the database. Only an HMAC of
 * the secret is stored: a fast hash is right for a secret that cannot be guessed.
 */
import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Instant } from '@tidemark/platform/clock';
import type { Scope } from '@tidemark/ingest/gateway';
import { z } from 'zod';
import { instantSchema, tenantKeySchema } from '../values/formats.ts';

export const scopes = ['ingest', 'read', 'billing', 'admin'] as const satisfies readonly Scope[];
const scopeSchema = z.enum(scopes);

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 32;
const checkLength = 6;
const tokenPattern = /^tm_(live|test)_([0-9a-z]{26})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

export const createApiKeySchema = z.strictObject({
  name: z.string().min(1).max(128).optional(),
  scopes: z
    .array(scopeSchema)
    .min(1)
    .max(scopes.length)
    .transform((list) => scopes.filter((scope) => list.includes(scope))),
  mode: z.enum(['live', 'test']).optional(),
  expiresAt: instantSchema.nullable().optional(),
  tenant: tenantKeySchema
    .optional()
    .describe("Only for the operator's tenant: the tenant that the key belongs to."),
});

export const rotateApiKeySchema = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(30 * 86_400)
    .optional()
    .describe('How long the old key stays valid; a day by default.'),
});

export interface ApiKey {
  readonly tenant: string;
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly rotatedTo: string | null;
}

export interface Token {
  readonly keyId: string;
  readonly secret: string;
}

/** Makes the text of a new key. `keyId` is the identifier of its row, `key_` and a ULID. */
export function createToken(
  keyId: string,
  mode: 'live' | 'test',
): { text: string; secret: string } {
  let secret = '';
  for (let index = 0; index < secretLength; index += 1) secret += base62.charAt(randomInt(62));
  const stem = `${visiblePrefix(keyId, mode)}_${secret}`;
  return { text: stem + checkOf(stem), secret };
}

/** What may be shown of a key for ever. */
export function visiblePrefix(keyId: string, mode: 'live' | 'test'): string {
  return `tm_${mode}_${keyId.replace(/^key_/, '').toLowerCase()}`;
}

/** `null` for anything that was never a key: no look-up is needed to refuse it. */
export function parseToken(text: string): Token | null {
  const match = tokenPattern.exec(text);
  if (match === null) return null;
  const [, , id = '', secret = '', check] = match;
  if (checkOf(text.slice(0, -checkLength)) !== check) return null;
  return { keyId: `key_${id.toUpperCase()}`, secret };
}

export function hashSecret(secret: string, pepper: Uint8Array): Buffer {
  return createHmac('sha256', pepper).update(secret).digest();
}

export function secretMatches(secret: string, pepper: Uint8Array, stored: Uint8Array): boolean {
  const hash = hashSecret(secret, pepper);
  return hash.length === stored.length && timingSafeEqual(hash, stored);
}

function checkOf(stem: string): string {
  let rest = crc32(stem);
  let text = '';
  for (let position = 0; position < checkLength; position += 1) {
    text = base62.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
