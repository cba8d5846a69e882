/** The proof that a rater loaded the same changes as the control plane published: part of every epoch marker. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '@tidemark/ingest/contract';
import type { JsonValue } from '@tidemark/ingest/contract';
import type { CatalogChange } from './catalog-change.ts';

/**
 * Lower-case hex SHA-256 of the canonical JSON of an epoch's changes in their order (`epoch, seq`). The changes go through
 * JSON first, so that a field left out and one set to `undefined` hash alike.
 */
export function hashCatalogChanges(changes: readonly CatalogChange[]): string {
  const plain = JSON.parse(JSON.stringify(changes)) as JsonValue;
  return createHash('sha256').update(canonicalJson(plain)).digest('hex');
}
