import { canonicalJson } from '@tidemark/ingest/contract';
import type { JsonValue } from '@tidemark/ingest/contract';

/** Whether two documents say the same: the order of fields does not matter, and a field left out equals `undefined`. */
export function isSameContent(left: unknown, right: unknown): boolean {
  return textOf(left) === textOf(right);
}

function textOf(value: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(value)) as JsonValue);
}
