/** The command line's view of a running Tidemark: JSON over HTTP with a bearer key; problems become `AppError`s. */
import { AppError } from '@tidemark/platform/errors';
import { z } from 'zod';

export interface ApiClient {
  readonly url: string;
  get(path: string, query?: Query): Promise<unknown>;
  /** The answer as it is, for what is not JSON. */
  text(path: string): Promise<string>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<unknown>;
  /** Follows `nextCursor` until the end or until `limit` items came. */
  list(path: string, query?: Query, limit?: number): AsyncIterable<unknown>;
}

type Query = Readonly<Record<string, string | number | undefined>>;

export interface ApiClientOptions {
  readonly url: string;
  readonly key: string;
}

const problemSchema = z.object({
  title: z.string().optional(),
  status: z.number(),
  code: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

const pageSchema = z.object({ data: z.array(z.unknown()), nextCursor: z.string().nullable() });

export function createApiClient({ url, key }: ApiClientOptions): ApiClient {
  const base = url.replace(/\/+$/, '');

  async function call(
    method: string,
    path: string,
    body?: unknown,
    extra: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const headers: Record<string, string> = { authorization: `Bearer ${key}`, ...extra };
    if (body !== undefined) headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new AppError(
        'unavailable',
        'stack/server-unreachable',
        `No Tidemark answers at ${base}. Start one with \`tidemark up\`, or name another with --url.`,
        { cause },
      );
    }
    const text = await response.text();
    if (response.ok) return text;
    throw problemOf(response.status, text);
  }

  async function callJson(...request: Parameters<typeof call>): Promise<unknown> {
    const text = await call(...request);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  return {
    url: base,
    get: (path, query) => callJson('GET', withQuery(path, query)),
    text: (path) => call('GET', path),
    post: (path, body, headers) => callJson('POST', path, body, headers),
    async *list(path, query = {}, limit = Infinity) {
      let cursor: string | undefined;
      let seen = 0;
      do {
        const size = Math.min(500, limit - seen);
        const page = pageSchema.parse(
          await callJson('GET', withQuery(path, { ...query, limit: size, cursor })),
        );
        for (const item of page.data) {
          yield item;
          seen += 1;
        }
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && seen < limit);
    },
  };
}

function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.append(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

function problemOf(status: number, text: string): AppError {
  const parsed = problemSchema.safeParse(parseJson(text));
  const kind = status >= 500 ? 'unavailable' : status === 404 ? 'not-found' : 'invalid-input';
  if (!parsed.success) {
    return new AppError(kind, 'stack/unexpected-answer', `The server answered ${status}.`);
  }
  const { code, detail, title, errors } = parsed.data;
  return new AppError(kind, code, detail ?? title ?? `The server answered ${status}.`, {
    details: { status },
    ...(errors === undefined ? {} : { errors }),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
