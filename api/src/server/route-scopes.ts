/**
 * The one table from route to the scope that its key needs. A route that is not here cannot be registered, so none is
 * open by omission.
 */
import type { Scope } from '@tidemark/ingest/gateway';

export const routeScopes = {
  'POST /v1/tenants': 'admin',
  'GET /v1/tenants': 'admin',
  'GET /v1/tenants/:key': 'admin',
  'PATCH /v1/tenants/:key': 'admin',
  'POST /v1/api-keys': 'admin',
  'GET /v1/api-keys': 'admin',
  'POST /v1/api-keys/:id/rotate': 'admin',
  'POST /v1/api-keys/:id/revoke': 'admin',
  'POST /v1/meters': 'billing',
  'GET /v1/meters': 'read',
  'GET /v1/meters/:key': 'read',
  'PATCH /v1/meters/:key': 'billing',
  'DELETE /v1/meters/:key': 'billing',
  'POST /v1/plans': 'billing',
  'GET /v1/plans': 'read',
  'GET /v1/plans/:key': 'read',
  'POST /v1/plans/:key/versions': 'billing',
  'POST /v1/customers': 'billing',
  'GET /v1/customers': 'read',
  'GET /v1/customers/:key': 'read',
  'PATCH /v1/customers/:key': 'billing',
  'DELETE /v1/customers/:key': 'billing',
  'GET /v1/customers/:key/spend': 'read',
  'POST /v1/coupons': 'billing',
  'GET /v1/coupons': 'read',
  'GET /v1/coupons/:key': 'read',
  'POST /v1/customers/:key/coupons': 'billing',
  'GET /v1/customers/:key/coupons': 'read',
  'POST /v1/customers/:key/grants': 'billing',
  'GET /v1/customers/:key/grants': 'read',
  'POST /v1/customers/:key/holds': 'billing',
  'GET /v1/customers/:key/holds': 'read',
  'POST /v1/customers/:key/holds/:id/capture': 'billing',
  'POST /v1/customers/:key/holds/:id/release': 'billing',
  'GET /v1/customers/:key/balance': 'read',
  'GET /v1/customers/:key/ledger': 'read',
  'POST /v1/subscriptions': 'billing',
  'GET /v1/subscriptions': 'read',
  'GET /v1/subscriptions/:id': 'read',
  'GET /v1/subscriptions/:id/events': 'read',
  'POST /v1/subscriptions/:id/change': 'billing',
  'POST /v1/subscriptions/:id/pause': 'billing',
  'POST /v1/subscriptions/:id/resume': 'billing',
  'POST /v1/subscriptions/:id/cancel': 'billing',
  'GET /v1/usage': 'read',
  'GET /v1/events': 'read',
  'GET /v1/events/:source/:id': 'read',
  'GET /v1/conflicts': 'read',
  'GET /v1/dead-letters': 'read',
  'POST /v1/dead-letters/redrive': 'billing',
  'POST /v1/period-closes': 'billing',
  'GET /v1/period-closes': 'read',
  'GET /v1/period-closes/:id': 'read',
  'GET /v1/invoices': 'read',
  'GET /v1/invoices/:id': 'read',
  'GET /v1/invoices/:id.html': 'read',
  'GET /v1/invoices/:id/lines/:line/explain': 'read',
  'POST /v1/invoices/:id/finalize': 'billing',
  'POST /v1/invoices/:id/void': 'billing',
  'POST /v1/invoices/:id/credit-notes': 'billing',
  'GET /v1/invoices/:id/credit-notes': 'read',
  'GET /v1/reconciliation': 'read',
  'POST /v1/partitions/:partition/skips': 'admin',
  'POST /v1/pricing/preview': 'read',
  'POST /v1/catalog/apply': 'billing',
} as const satisfies Readonly<Record<string, Scope>>;

type RouteName = keyof typeof routeScopes;

/** Needs no key: it describes the interface, not anyone's data. */
export const openRoutes: readonly string[] = ['GET /openapi.json'];

/** `undefined`: not in the table. */
export function scopeOf(method: string, url: string): Scope | undefined {
  const name = `${method === 'HEAD' ? 'GET' : method} ${url}`;
  return Object.hasOwn(routeScopes, name) ? routeScopes[name as RouteName] : undefined;
}
