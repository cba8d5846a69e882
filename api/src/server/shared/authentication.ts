/** Who calls: the key's tenant and scopes, checked against the route's scope before the body is read. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@tidemark/platform/errors';
import type { KeyVerifier, Scope, VerifiedKey } from '@tidemark/ingest/gateway';
import type { Caller } from '../../subscriptions/subscription-commands.ts';
import type { RateLimiter } from './rate-limit.ts';

const callers = new WeakMap<FastifyRequest, VerifiedKey>();

/** The tenant comes from the key, never from what is sent. */
export function callerOf(request: FastifyRequest): Caller & { readonly tenant: string } {
  const key = keyOf(request);
  return { tenant: key.tenant, keyId: key.keyId };
}

function keyOf(request: FastifyRequest): VerifiedKey {
  const key = callers.get(request);
  if (key === undefined) throw unauthorized();
  return key;
}

export interface Authentication {
  readonly verifier: KeyVerifier;
  readonly limiter: RateLimiter;
}

/** @throws AppError 401 without a valid key, 403 without the scope, 429 beyond the key's rate. */
export async function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  scope: Scope,
  { verifier, limiter }: Authentication,
): Promise<void> {
  const match = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '');
  const verified = match?.[1] === undefined ? null : await verifier.verify(match[1]);
  if (verified?.kind !== 'ok') {
    void reply.header('www-authenticate', 'Bearer');
    throw unauthorized();
  }
  limiter.take(verified.keyId, reply);
  if (!verified.scopes.has(scope)) {
    throw new AppError(
      'forbidden',
      'api/scope-missing',
      `This needs a key with the scope "${scope}".`,
    );
  }
  callers.set(request, verified);
}

function unauthorized(): AppError {
  return new AppError(
    'unauthorized',
    'api/key-rejected',
    'Send a valid key as "Authorization: Bearer <key>".',
  );
}
