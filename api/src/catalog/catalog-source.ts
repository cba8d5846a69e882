import type { SqlConnection } from '@tidemark/platform/postgres';
import { rulesVersion } from '@tidemark/rater/catalog';
import type { CatalogChange } from '@tidemark/rater/catalog';
import type { CatalogSource } from '@tidemark/rater/ports';

/** Epochs are immutable once assigned, so both reads answer the same for ever. Changes come in the order they were made. */
export function createCatalogSource(database: SqlConnection): CatalogSource {
  return {
    async snapshot(epoch) {
      const rows = await database.query<{ body: CatalogChange }>(
        `select body from (
           select distinct on (tenant, kind, key) epoch, seq, body
           from catalog_changes where epoch <= $1
           order by tenant, kind, key, epoch desc, seq desc
         ) latest order by epoch, seq`,
        [epoch],
      );
      return { epoch, rulesVersion, changes: rows.map(({ body }) => body) };
    },
    changes: (epoch) => readChanges(database, epoch),
  };
}

export async function readChanges(
  connection: SqlConnection,
  epoch: number,
): Promise<CatalogChange[]> {
  const rows = await connection.query<{ body: CatalogChange }>(
    'select body from catalog_changes where epoch = $1 order by seq',
    [epoch],
  );
  return rows.map(({ body }) => body);
}
