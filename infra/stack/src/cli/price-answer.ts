/** One line of `tidemark price`: whatever stands on it, it gets one answer, and the lines after it get theirs. */
import { previewCase } from '@tidemark/rater/pricing';

export interface PriceAnswer {
  readonly text: string;
  /** The pricing core failed in a way it does not know: a fault of this program, not of the case. */
  readonly fault?: Error;
}

export function answerPriceLine(line: string): PriceAnswer {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return { text: refusal({}, 'ingest/not-json', 'The line is not JSON.') };
  }
  try {
    return { text: JSON.stringify(previewCase(document)) };
  } catch (thrown) {
    const text = refusal(idOf(document), faultCode, 'The case could not be priced.');
    return {
      text,
      fault: thrown instanceof Error ? thrown : new Error(faultCode, { cause: thrown }),
    };
  }
}

export const faultCode = 'rater/unexpected-fault';

function refusal(named: object, code: string, message: string): string {
  return JSON.stringify({ ...named, error: { code, message, path: '' } });
}

function idOf(document: unknown): { readonly id?: string } {
  const id = typeof document === 'object' && document !== null && 'id' in document && document.id;
  return typeof id === 'string' ? { id } : {};
}
