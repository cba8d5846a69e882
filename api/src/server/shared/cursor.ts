/**
 * Cursors of lists: opaque and signed over list, tenant and filter, so that a cursor of another list, another tenant or
 * another filter is refused instead of skipping rows.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { invalidParameter } from '../../problems.ts';

export interface CursorScope {
  readonly tenant: string;
  /** The list with its filter. */
  readonly list: string;
}

const version = 1;
const macLength = 12;

export function encodeCursor(
  secret: Uint8Array,
  scope: CursorScope,
  key: readonly string[],
): string {
  const body = Buffer.from(JSON.stringify([version, ...key]), 'utf8');
  return Buffer.concat([macOf(secret, scope, body), body]).toString('base64url');
}

/** @throws AppError 400 `api/cursor-foreign`. */
export function decodeCursor(secret: Uint8Array, scope: CursorScope, cursor: string): string[] {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(macLength);
  if (
    bytes.length <= macLength ||
    !timingSafeEqual(macOf(secret, scope, body), bytes.subarray(0, macLength))
  ) {
    throw foreign();
  }
  const [given, ...key] = JSON.parse(body.toString('utf8')) as [number, ...string[]];
  if (given !== version) throw foreign();
  return key;
}

function macOf(secret: Uint8Array, { tenant, list }: CursorScope, body: Uint8Array): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify([tenant, list]))
    .update(body)
    .digest()
    .subarray(0, macLength);
}

function foreign(): Error {
  return invalidParameter('api/cursor-foreign', 'This list did not give that cursor.', [
    { path: 'cursor', message: 'is not of this list' },
  ]);
}
