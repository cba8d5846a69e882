import { JsonFlaw, parseExactJson } from '@tidemark/ingest/contract';
import { AppError } from '@tidemark/platform/errors';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the body of a command: JSON in UTF-8 without duplicate keys, without numbers that JavaScript would change, without
 * text that no store can keep, and not too deep. An empty body is `null`, for commands that need none.
 *
 * @throws AppError 400.
 */
export function parseCommandBody(body: Uint8Array): unknown {
  const text = decodeText(body);
  if (text.trim() === '') return null;
  const parsed = parseExactJson(text);
  if (parsed.kind === 'rejected')
    throw refuse('platform/body-unreadable', 'The body is no valid JSON.', '');
  const flaw = findFlaw(parsed.value, '');
  if (flaw !== undefined) throw refuse(flaw.code, flaw.message, flaw.path);
  return parsed.value;
}

function decodeText(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch {
    throw refuse('platform/body-unreadable', 'The body is not UTF-8.', '');
  }
}

function refuse(code: string, message: string, path: string): AppError {
  return new AppError('invalid-input', code, message, { errors: [{ path, message }] });
}

function findFlaw(
  value: unknown,
  path: string,
): { code: string; message: string; path: string } | undefined {
  if (typeof value === 'string') return isText(value) ? undefined : notText(path);
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof JsonFlaw) return { code: value.code, message: value.message, path };
  for (const [name, member] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    // Own or inherited, such a name is never a field of a command.
    if (name === '__proto__') {
      return { code: 'platform/body-unreadable', message: 'This name is not allowed.', path: at };
    }
    if (!isText(name)) return notText(path);
    const flaw = findFlaw(member, at);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

/** Postgres keeps no NUL, and a lone surrogate would come back as another character. */
export function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

function notText(path: string): { code: string; message: string; path: string } {
  const message = 'A text must not hold NUL or a lone surrogate.';
  return { code: 'platform/body-unreadable', message, path };
}
