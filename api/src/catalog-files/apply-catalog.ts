/**
 * Catalog as code: compares a file with what is stored and brings the stored side up to it, all in one transaction and one
 * epoch. Applying the same file again changes nothing. Nothing is ever deleted: what the file does not name stays.
 */
import type { ChangeTicket } from '../catalog/catalog-changes.ts';
import type { Changed } from '../catalog/meter-store.ts';
import type { Caller } from '../subscriptions/subscription-commands.ts';
import type { ApplyContext, CatalogFilesOptions, SectionResult } from './apply-context.ts';
import { applyCoupons } from './apply-coupons.ts';
import { applyCustomers } from './apply-customers.ts';
import { applyMeters } from './apply-meters.ts';
import { applyPlans } from './apply-plans.ts';
import { applySubscriptions } from './apply-subscriptions.ts';
import type { ApplyResult, CatalogDifference, CatalogFile } from './catalog-file.ts';

/** Carries the difference out of a dry run, which is rolled back. */
class DryRunDone extends Error {
  readonly changes: readonly CatalogDifference[];

  constructor(changes: readonly CatalogDifference[]) {
    super('dry run');
    this.changes = changes;
  }
}

export class CatalogFiles {
  readonly #options: CatalogFilesOptions;

  constructor(options: CatalogFilesOptions) {
    this.#options = options;
  }

  async apply(caller: Caller, file: CatalogFile): Promise<Changed<ApplyResult>> {
    const dryRun = file.dryRun ?? false;
    try {
      return await this.#options.database.transaction(async (connection) => {
        // Two files of one tenant go one after the other.
        await connection.query('select tenant from tenants where tenant = $1 for no key update', [
          caller.tenant,
        ]);
        const now = this.#options.clock.now();
        const { changes, ticket } = await applySections(
          { ...this.#options, connection, caller, now },
          file,
        );
        if (dryRun) throw new DryRunDone(changes);
        return { result: { dryRun, changes }, ticket };
      });
    } catch (thrown) {
      if (thrown instanceof DryRunDone) {
        return { result: { dryRun, changes: thrown.changes }, ticket: null };
      }
      throw thrown;
    }
  }
}

/** In the order in which they refer to one another. */
async function applySections(context: ApplyContext, file: CatalogFile): Promise<SectionResult> {
  const sections = [
    await applyMeters(context, file.meters ?? []),
    await applyPlans(context, file.plans ?? []),
    await applyCoupons(context, file.coupons ?? []),
    await applyCustomers(context, file.customers ?? []),
    await applySubscriptions(context, file.subscriptions ?? []),
  ];
  return {
    changes: sections.flatMap(({ changes }) => changes),
    // Later changes have later sequences; all of them share the epoch.
    ticket: sections.reduce<ChangeTicket>((last, { ticket }) => ticket ?? last, null),
  };
}
