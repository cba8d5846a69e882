/** The OpenAPI 3.1 document, made from the schemas that validate. */
import type { SwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { ingestAnswerSchema, usageEventSchema } from '@tidemark/ingest/contract';
import { z } from 'zod';
import { scopeOf } from './route-scopes.ts';

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'errors', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable, such as api/not-found.' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
    requestId: { type: 'string' },
  },
} satisfies Record<string, unknown>;

const toJsonSchema = createJsonSchemaTransform({ skipList: ['/openapi.json'] });

export function openApiOptions(): SwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tidemark',
        description: 'Usage metering and rating: from usage events to exact, explainable invoices.',
        version: '1.0.0',
      },
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
        schemas: { Problem: problemSchema as object },
      },
      security: [{ key: [] }],
    },
    transform: (route) => {
      const { schema, url } = toJsonSchema(route);
      const method =
        typeof route.route.method === 'string'
          ? route.route.method
          : (route.route.method[0] ?? 'GET');
      const scope = scopeOf(method, route.url);
      return {
        url,
        schema:
          scope === undefined
            ? schema
            : { ...schema, description: `Needs the scope \`${scope}\`.` },
      };
    },
  };
}

export function registerOpenApiRoute(api: FastifyInstance): void {
  let document: object | undefined;
  api.get('/openapi.json', (_request, reply) => {
    document ??= completed(api.swagger());
    return reply.type('application/json; charset=utf-8').send(document);
  });
}

/** The problem answer of every call, and the one call that the gateway serves. */
function completed(document: ReturnType<FastifyInstance['swagger']>): object {
  const copy = JSON.parse(JSON.stringify(document)) as {
    paths: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
  };
  const problem = {
    description: 'A problem (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  copy.paths['/v1/events'] = { ...copy.paths['/v1/events'], post: ingestOperation() };
  for (const operations of Object.values(copy.paths)) {
    for (const operation of Object.values(operations)) {
      operation.responses = { ...operation.responses, default: problem };
    }
  }
  return copy;
}

function ingestOperation(): { responses: Record<string, unknown> } & Record<string, unknown> {
  const event = inline(usageEventSchema);
  const lines = { schema: { type: 'string', description: 'One event a line.' } };
  return {
    tags: ['events'],
    summary: 'Send usage events',
    description: 'Needs the scope `ingest`; with `backfill=true` the scope `billing`.',
    parameters: [{ name: 'backfill', in: 'query', schema: { type: 'boolean' } }],
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { anyOf: [event, { type: 'array', items: event }] } },
        'application/cloudevents+json': { schema: event },
        'application/cloudevents-batch+json': { schema: { type: 'array', items: event } },
        'application/x-ndjson': lines,
      },
    },
    responses: {
      200: {
        description: 'Accepted and rejected events; both add up to what was sent.',
        content: { 'application/json': { schema: inline(ingestAnswerSchema) } },
      },
    },
  };
}

function inline(schema: z.ZodType): object {
  const document = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  });
  // The dialect is that of the whole OpenAPI document.
  delete document.$schema;
  return document;
}
