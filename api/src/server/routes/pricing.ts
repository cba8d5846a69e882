import { STATUS_CODES } from 'node:http';
import { problemContentType } from '@tidemark/platform/http';
import { previewCase } from '@tidemark/rater/pricing';
import { z } from 'zod';
import type { ApiApp } from '../shared/api-app.ts';

interface RefusedCase {
  readonly id?: unknown;
  readonly error: { readonly code: string; readonly message: string; readonly path: string };
}

/** Trying a price: no data of anyone is read or written. */
export function registerPricingRoutes(app: ApiApp): void {
  app.post(
    '/v1/pricing/preview',
    {
      schema: {
        tags: ['pricing'],
        summary: 'Price a case that is not stored anywhere',
        body: z.looseObject({}).describe('One case, as `tidemark price` takes one a line.'),
        response: { 200: z.looseObject({}) },
      },
    },
    async (request, reply) => {
      const result = previewCase(request.body);
      if (!isRefused(result)) return result as Record<string, unknown>;
      // A problem document that also has the members of a refused line of `tidemark price`.
      const { code, message, path } = result.error;
      return reply
        .code(422 as 200)
        .type(problemContentType)
        .serializer(JSON.stringify)
        .send({
          type: `urn:tidemark:error:${code}`,
          title: STATUS_CODES[422],
          status: 422,
          code,
          detail: message,
          errors: [{ path, message }],
          requestId: request.id,
          ...result,
        });
    },
  );
}

function isRefused(result: object): result is RefusedCase {
  return Object.hasOwn(result, 'error');
}
