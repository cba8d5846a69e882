import { parseInstant } from '@tidemark/platform/clock';
import type { PeriodClose } from '@tidemark/aggregator/ports';
import type { ControlPlane } from '../../src/control-plane.ts';
import { draftOf } from './invoice-draft.ts';

/** Closes a tenant's periods: each due instant becomes an invoice with one line of 7.00. */
export async function closeOfDrafts(
  { closeLedger }: Pick<ControlPlane, 'closeLedger'>,
  tenant: string,
  through: string,
  dryRun = false,
): Promise<PeriodClose> {
  const job = await closeLedger.openClose({
    tenant,
    through: parseInstant(through)!,
    customers: null,
    dryRun,
  });
  for (;;) {
    const due = await closeLedger.dueInstants(job, null, 10);
    const drafts = due.map((instant) => draftOf(instant, job));
    if (drafts.length > 0) await closeLedger.issueInvoices(job, drafts);
    if (drafts.length === 0 || dryRun) break;
  }
  await closeLedger.updateClose(job, { status: 'done' });
  return (await closeLedger.readClose(tenant, job.id))!;
}
