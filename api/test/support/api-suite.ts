/** One API for a whole suite on one database; each test takes a tenant of its own. */
import { afterAll, beforeAll, expect } from 'vitest';
import { startApi } from './api-server.ts';
import type { ApiServer, Caller } from './api-server.ts';
import type { DatabaseOf } from './databases.ts';

export interface ApiSuite {
  /** The running API and the operator's admin key; there from `beforeAll` on. */
  readonly server: () => { api: ApiServer; adminKey: string; operator: Caller };
  /** The admin caller of a new tenant `t1`, `t2` ... */
  readonly newTenant: () => Promise<{ key: string; caller: Caller }>;
}

/** Starts the API before the suite's tests and stops it after them. */
export function useApi(database: DatabaseOf): ApiSuite {
  let server: ReturnType<ApiSuite['server']> | undefined;
  let tenants = 0;
  beforeAll(async () => {
    const api = await startApi(database());
    const adminKey = (await api.controlPlane.bootstrap()) ?? '';
    server = { api, adminKey, operator: api.as(adminKey) };
  });
  afterAll(() => server?.api.stop());
  return {
    server: () => server!,
    newTenant: async () => {
      const { api, operator } = server!;
      tenants += 1;
      const key = `t${tenants}`;
      const answer = await operator.post('/v1/tenants', { key });
      expect(answer.status).toBe(201);
      return { key, caller: api.as((answer.body as { adminKey: string }).adminKey) };
    },
  };
}
