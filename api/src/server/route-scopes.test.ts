import fastify from 'fastify';
import { expect, test } from 'vitest';
import type { ControlPlane } from '../control-plane.ts';
import type { UsageReads } from './usage-reads.ts';
import { registerApi } from './register-api.ts';
import { openRoutes, routeScopes, scopeOf } from './route-scopes.ts';

test('every registered route has a scope, and every scope has its route', async () => {
  const app = fastify();
  const registered = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of typeof method === 'string' ? [method] : method) {
      if (name !== 'HEAD') registered.add(`${name} ${url}`);
    }
  });
  // Registration reads nothing; a request would.
  registerApi(app, {
    controlPlane: { clock: { now: () => 0 } } as unknown as ControlPlane,
    reads: {} as UsageReads,
  });
  await app.ready();
  expect([...registered].sort()).toEqual([...Object.keys(routeScopes), ...openRoutes].sort());
  await app.close();
});

test('a route that is not in the table has no scope, whatever its name', () => {
  expect(scopeOf('GET', '/v1/secrets')).toBeUndefined();
  expect(scopeOf('constructor', '')).toBeUndefined();
  expect(scopeOf('HEAD', '/v1/meters')).toBe('read');
});
