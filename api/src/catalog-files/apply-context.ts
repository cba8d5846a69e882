import type { Clock, Instant } from '@tidemark/platform/clock';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import type { ChangeTicket } from '../catalog/catalog-changes.ts';
import type { MeterStore } from '../catalog/meter-store.ts';
import type { PlanStore } from '../catalog/plan-store.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import type { CreateId } from '../identifiers/ulid.ts';
import { invalidCommand } from '../problems.ts';
import type { Caller } from '../subscriptions/subscription-commands.ts';
import type { CatalogDifference } from './catalog-file.ts';

export interface CatalogFilesOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly createId: CreateId;
  readonly meters: MeterStore;
  readonly plans: PlanStore;
  readonly customers: CustomerStore;
}

/** What every section's step needs. */
export interface ApplyContext extends CatalogFilesOptions {
  readonly connection: SqlConnection;
  readonly caller: Caller;
  readonly now: Instant;
}

export interface SectionResult {
  readonly changes: readonly CatalogDifference[];
  readonly ticket: ChangeTicket;
}

/** A key may stand once in a section. */
export function refuseDuplicates(section: string, keys: readonly string[]): void {
  const seen = new Set<string>();
  keys.forEach((key, index) => {
    if (seen.has(key)) {
      const message = `"${key}" stands twice in the file.`;
      throw invalidCommand('api/duplicate-key', message, [
        { path: `${section}[${index}]`, message },
      ]);
    }
    seen.add(key);
  });
}
