/** Exceptions as ClickHouse reports them over HTTP: a code, an upper-case name, and the text `Code: N. DB::Exception: ...`. */
export class EngineException extends Error {
  readonly code: number;
  readonly type: string;

  constructor(code: number, type: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EngineException';
    this.code = code;
    this.type = type;
  }
}

const nativeException = /Code: (\d+)\.\s*DB::Exception: ([\s\S]*?)\s*\(([A-Z][A-Z0-9_]*)\)\s*$/;

/** What chDB threw, as an exception with its code. */
export function toEngineException(thrown: unknown): EngineException {
  if (thrown instanceof EngineException) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const match = nativeException.exec(message);
  if (match === null) return new EngineException(1001, 'STD_EXCEPTION', message, thrown);
  const [, code, text, type] = match;
  return new EngineException(Number(code), type ?? '', text ?? '', thrown);
}

const badRequest = new Set([6, 26, 27, 36, 38, 41, 43, 53, 62, 69, 72, 115, 130, 386, 456]);
const notFound = new Set([16, 46, 47, 60, 81]);

/** The HTTP status a ClickHouse server answers with for a code. */
export function httpStatusOfException({ code }: EngineException): number {
  if (badRequest.has(code)) return 400;
  if (notFound.has(code)) return 404;
  if (code === 48) return 501;
  return 500;
}

/** Enough to see what is wrong; the engine quotes the whole statement, with megabytes of bound values. */
const messageLengthMax = 4096;

export function formatException({ code, type, message }: EngineException, version: string): string {
  const text = message.slice(0, messageLengthMax).replace(/[.\s]+$/, '');
  return `Code: ${code}. DB::Exception: ${text}. (${type}) (version ${version})\n`;
}
