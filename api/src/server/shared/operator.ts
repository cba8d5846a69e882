import { AppError } from '@tidemark/platform/errors';
import { operatorTenant } from '../../tenants/bootstrap.ts';

/** What concerns the installation as a whole is for whoever runs it. */
export function assertOperator(tenant: string): void {
  if (tenant === operatorTenant) return;
  throw new AppError(
    'forbidden',
    'api/operator-only',
    "This needs a key of the operator's tenant.",
  );
}
