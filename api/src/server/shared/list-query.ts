/** Query parameters of every list. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ControlPlane } from '../../control-plane.ts';
import type { Page, PageRequest } from '../../values/page.ts';
import { callerOf } from './authentication.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

const limitDefault = 50;

export const listFields = {
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/, 'must be an integer from 1 to 500')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 500, 'must be from 1 to 500')
    .optional()
    .describe('1 to 500; 50 by default.'),
  cursor: z.string().min(1).max(2048).optional(),
};

export const listQuerySchema = z.strictObject(listFields);

export interface ListQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export function limitOf(query: ListQuery): number {
  return query.limit ?? limitDefault;
}

/** Reads a page of a list of the control plane and gives it its cursor. */
export async function answerList<Item, Document>(
  controlPlane: ControlPlane,
  request: FastifyRequest,
  list: {
    readonly query: ListQuery & Readonly<Record<string, unknown>>;
    readonly read: (page: PageRequest) => Promise<Page<Item>>;
    readonly document: (item: Item) => Document;
  },
): Promise<{ data: Document[]; nextCursor: string | null }> {
  const { cursor } = list.query;
  // A page may be longer or shorter than the one before; everything else must be the same list.
  const filter = { ...list.query, limit: undefined, cursor: undefined };
  const { tenant } = callerOf(request);
  const path = request.url.split('?')[0] ?? '';
  const scope = { tenant, list: `${path} ${JSON.stringify(filter)}` };
  const { cursorSecret } = controlPlane;
  const after = cursor === undefined ? [] : decodeCursor(cursorSecret, scope, cursor);
  const page = await list.read({ limit: limitOf(list.query), after });
  return {
    data: page.data.map(list.document),
    nextCursor: page.next === null ? null : encodeCursor(cursorSecret, scope, page.next),
  };
}

/** The schema of a list's answer. */
export function pageSchema<Schema extends z.ZodType>(item: Schema) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}
