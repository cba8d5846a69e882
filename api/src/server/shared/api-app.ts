import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { RedactAnswer } from '../idempotency/idempotency.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes out of a stored answer what must not be kept. */
    readonly redactAnswer?: RedactAnswer;
  }
}

/** The server as routes see it: schemas are zod, and what a handler reads has their types. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;
