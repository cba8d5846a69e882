/** `Idempotency-Key` on commands: hooks around the handler that claim the key, and store or release it with the answer. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { canonicalJson } from '@tidemark/ingest/contract';
import type { JsonValue } from '@tidemark/ingest/contract';
import { invalidCommand, invalidParameter, stateForbids } from '../../problems.ts';
import { callerOf } from '../shared/authentication.ts';
import type { AnswerStore } from './answer-store.ts';

const keyPattern = /^[\x21-\x7e]{1,255}$/;
/** Headers that belong to a stored answer. */
const keptHeaders = ['location', 'tidemark-epoch-pending'];

const claimedKeys = new WeakMap<FastifyRequest, { tenant: string; key: string }>();

/** Takes what must not be stored, such as the secret of a new key, out of an answer. */
export type RedactAnswer = (body: Record<string, unknown>) => Record<string, unknown>;

/** Before the handler: a repeat is answered here. */
export async function claimIdempotencyKey(
  answers: AnswerStore,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !keyPattern.test(key)) {
    throw invalidParameter(
      'api/idempotency-key-invalid',
      'An Idempotency-Key is 1 to 255 visible ASCII characters.',
    );
  }
  const { tenant } = callerOf(request);
  const claim = await answers.claim(tenant, key, hashOf(request));
  switch (claim.kind) {
    case 'claimed':
      claimedKeys.set(request, { tenant, key });
      return undefined;
    case 'different':
      throw invalidCommand(
        'api/idempotency-key-reused',
        'This Idempotency-Key was used for another request.',
      );
    case 'running':
      throw stateForbids(
        'api/idempotency-key-running',
        'The first request with this Idempotency-Key is still running.',
      );
    case 'answered':
      void reply.code(claim.answer.status).headers(claim.answer.headers);
      void reply.header('idempotency-replayed', 'true').type('application/json; charset=utf-8');
      return reply.serializer((body: unknown) => String(body)).send(claim.answer.body);
  }
}

/** When the answer goes out. */
export async function settleIdempotencyKey(
  answers: AnswerStore,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: { readonly payload: unknown; readonly redact: RedactAnswer | undefined },
): Promise<void> {
  const claimed = claimedKeys.get(request);
  if (claimed === undefined) return;
  claimedKeys.delete(request);
  const { tenant, key } = claimed;
  const { payload, redact } = answer;
  if (reply.statusCode >= 300 || typeof payload !== 'string') {
    await answers.release(tenant, key);
    return;
  }
  const body =
    redact === undefined
      ? payload
      : JSON.stringify(redact(JSON.parse(payload) as Record<string, unknown>));
  const headers = Object.fromEntries(
    keptHeaders.flatMap((name) => {
      const value = reply.getHeader(name);
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
  await answers.store(tenant, key, { status: reply.statusCode, body, headers });
}

function hashOf(request: FastifyRequest): string {
  // Validation may have replaced the body by what it decoded, the same for the same body.
  const body = canonicalJson(JSON.parse(JSON.stringify(request.body ?? null)) as JsonValue);
  return createHash('sha256').update(`${request.method} ${request.url}\n${body}`).digest('hex');
}
