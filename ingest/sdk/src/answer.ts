/**
 * Reads the server's answer to one request and decides what it means for the batch. This is the one table of which
 * statuses are tried again; the README repeats it.
 */

export interface Rejection {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export type Answer =
  /** Every event has a verdict: the rejected ones are listed, all others are durable. */
  | { readonly kind: 'answered'; readonly rejected: readonly Rejection[] }
  /** Too many bytes or events: the halves may fit. */
  | { readonly kind: 'too-large'; readonly code: string; readonly message: string }
  /** Sending the same again may succeed; whether the events are stored may be unknown. */
  | { readonly kind: 'retry'; readonly code: string; readonly message: string }
  /** Sending the same again cannot succeed. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** `eventCount`: events in the request; an answer that does not add up to it proves nothing and is tried again. */
export function readAnswer(status: number, body: string, eventCount: number): Answer {
  if (status >= 200 && status < 300) return readResults(body, eventCount);
  if (isRedirect(status)) {
    return {
      kind: 'refused',
      code: 'sdk/redirected',
      message: 'The server redirects; set `url` to where it leads.',
    };
  }
  const problem = readProblem(status, body);
  if (status === 413) return { kind: 'too-large', ...problem };
  if (isRetryable(status)) return { kind: 'retry', ...problem };
  return { kind: 'refused', ...problem };
}

/** Browsers show a redirect that was not followed as status 0. */
function isRedirect(status: number): boolean {
  return status === 0 || (status >= 300 && status < 400);
}

function isRetryable(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

function readResults(body: string, eventCount: number): Answer {
  const unreadable = (message: string): Answer => ({
    kind: 'retry',
    code: 'sdk/unreadable-answer',
    message,
  });
  const json = parseJson(body);
  if (!isRecord(json) || typeof json['accepted'] !== 'number' || !Array.isArray(json['rejected'])) {
    return unreadable('The answer is not one of Tidemark; is `url` right?');
  }
  const rejected: Rejection[] = [];
  const seen = new Set<number>();
  for (const entry of json['rejected'] as readonly unknown[]) {
    const index = isRecord(entry) ? entry['index'] : undefined;
    if (!isRecord(entry) || !isIndex(index, eventCount) || seen.has(index)) {
      return unreadable('The answer rejects events that were not sent.');
    }
    seen.add(index);
    rejected.push({
      index,
      code: textOr(entry['code'], ''),
      message: textOr(entry['message'], ''),
    });
  }
  if (json['accepted'] + rejected.length !== eventCount) {
    return unreadable(
      `The answer speaks of ${json['accepted'] + rejected.length} events, ${eventCount} were sent.`,
    );
  }
  return { kind: 'answered', rejected };
}

function readProblem(status: number, body: string): { code: string; message: string } {
  const json = parseJson(body);
  const problem = isRecord(json) ? json : {};
  return {
    code: textOr(problem['code'], `sdk/status-${status}`),
    message: textOr(problem['detail'], textOr(problem['title'], `The server answered ${status}.`)),
  };
}

function isIndex(value: unknown, eventCount: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < eventCount;
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value.slice(0, 2000) : fallback;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
