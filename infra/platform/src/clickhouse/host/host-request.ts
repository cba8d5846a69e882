/** Reads the requests that `@clickhouse/client` sends: query in the body or URL, parameters in the URL or a form. */
import type { IncomingMessage } from 'node:http';
import { EngineException } from './engine-exception.ts';

export interface HostRequest {
  readonly sql: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly settings: readonly (readonly [string, string])[];
  readonly queryId: string;
  readonly acceptsGzip: boolean;
  /** True when the query stands in the URL, so that the body is the data of an insert. */
  readonly bodyIsData: boolean;
}

const parameterPrefix = 'param_';

/** Reads the query and everything bound to it; the body is left unread when it is data. */
export async function readHostRequest(
  request: IncomingMessage,
  bodyBytesMax: number,
): Promise<HostRequest> {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (searchParams.has('session_id')) {
    throw new EngineException(48, 'NOT_IMPLEMENTED', 'Sessions are not implemented');
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of searchParams) {
    if (name.startsWith(parameterPrefix)) parameters.set(name.slice(parameterPrefix.length), value);
  }
  let sql = searchParams.get('query') ?? '';
  const bodyIsData = sql !== '';
  if (!bodyIsData) {
    const body = await readBody(request, bodyBytesMax);
    const boundary = /^multipart\/form-data;\s*boundary="?([^";]+)"?/.exec(
      request.headers['content-type'] ?? '',
    )?.[1];
    if (boundary === undefined) sql = body;
    else sql = readForm(body, boundary, parameters);
  }
  const compress = searchParams.get('enable_http_compression') === '1';
  return {
    sql,
    parameters,
    settings: [...searchParams],
    queryId: searchParams.get('query_id') ?? '',
    acceptsGzip: compress && /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''),
    bodyIsData,
  };
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function tooLarge(bytesMax: number): EngineException {
  return new EngineException(307, 'TOO_MANY_BYTES', `The body is larger than ${bytesMax} bytes`);
}

/** Reads the form that the client writes when the parameters are too long for a URL; answers the query. */
function readForm(body: string, boundary: string, parameters: Map<string, string>): string {
  let sql = '';
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const headEnd = part.indexOf('\r\n\r\n');
    const name = /name="([^"]*)"/.exec(part.slice(0, headEnd))?.[1] ?? '';
    const value = part.slice(headEnd + 4, -2);
    if (name === 'query') sql = value;
    else if (name.startsWith(parameterPrefix))
      parameters.set(name.slice(parameterPrefix.length), value);
  }
  return sql;
}
