import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';
import type { TenantPolicies } from '../tenants/tenant.ts';

const paymentTermDaysDefault = 30;
const microsecondsPerDay = 86_400_000_000;

export interface IssueTerms {
  /** Whether invoices stay drafts until they are finalized. */
  readonly hasGracePeriod: boolean;
  /** Of an invoice that is issued now. */
  readonly dueAt: Instant;
}

/** By the tenant's policies. Locks its row: whoever issues invoices of a tenant goes one after the other. */
export async function readIssueTerms(
  connection: SqlConnection,
  tenant: string,
  now: Instant,
): Promise<IssueTerms> {
  const [row] = await connection.query<{ policies: TenantPolicies }>(
    'select policies from tenants where tenant = $1 for no key update',
    [tenant],
  );
  const { gracePeriodDays = 0, paymentTermDays = paymentTermDaysDefault } = row?.policies ?? {};
  return {
    hasGracePeriod: gracePeriodDays > 0,
    dueAt: now + paymentTermDays * microsecondsPerDay,
  };
}
