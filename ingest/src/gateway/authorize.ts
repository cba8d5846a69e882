/** Who sends, and what the query asks for. */
import { AppError } from '@tidemark/platform/errors';
import type { KeyVerifier, VerifiedKey } from './ports.ts';

/** @throws AppError 401 `ingest/unauthorized`, without telling what is wrong with the key. */
export async function verifyBearer(
  authorization: string | undefined,
  verifier: KeyVerifier,
): Promise<VerifiedKey> {
  const bearer = /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(authorization ?? '')?.[1];
  const key = bearer === undefined ? undefined : await verifier.verify(bearer);
  if (key?.kind === 'ok') return key;
  throw new AppError(
    'unauthorized',
    'ingest/unauthorized',
    'Send a valid access key: Authorization: Bearer <key>.',
  );
}

/** Live events need scope `ingest`, backfill needs `billing`. @throws AppError 403. */
export function checkScope(key: VerifiedKey, backfill: boolean): void {
  const scope = backfill ? 'billing' : 'ingest';
  if (key.scopes.has(scope)) return;
  throw new AppError(
    'forbidden',
    'ingest/forbidden',
    `The access key lacks the scope ${scope}, which this call needs.`,
  );
}

/** @throws AppError 400 for any parameter but `backfill=true` or `backfill=false`. */
export function readBackfill(query: unknown): boolean {
  const parameters = Object.entries(query as Readonly<Record<string, unknown>>);
  let backfill = false;
  for (const [name, value] of parameters) {
    if (name !== 'backfill') {
      throw invalidParameter(name, 'is unknown');
    }
    if (value !== 'true' && value !== 'false')
      throw invalidParameter(name, 'must be true or false');
    backfill = value === 'true';
  }
  return backfill;
}

function invalidParameter(name: string, problem: string): AppError {
  const path = name.slice(0, 64);
  return new AppError(
    'invalid-input',
    'ingest/invalid-parameter',
    `The query parameter ${JSON.stringify(path)} ${problem}.`,
    { errors: [{ path, message: problem }] },
  );
}
