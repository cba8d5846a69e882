/** The REST API. */
export { createUsageReads } from './create-usage-reads.ts';
export type { UsageReadsOptions } from './create-usage-reads.ts';
export type { ApiDependencies } from './dependencies.ts';
export { registerApi } from './register-api.ts';
export { routeScopes } from './route-scopes.ts';
export type { RateLimit } from './shared/rate-limit.ts';
export type { UsageReads } from './usage-reads.ts';
