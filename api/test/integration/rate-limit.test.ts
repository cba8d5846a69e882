import { expect, test } from 'vitest';
import { startApi } from '../support/api-server.ts';
import { describeDatabases } from '../support/databases.ts';

describeDatabases('rate limit', (database) => {
  test('a flood is answered 429 with RateLimit headers', async () => {
    const api = await startApi(database(), {
      clock: { now: () => 1_700_000_000_000_000 },
      rateLimit: { perSecond: 1, burst: 2 },
    });
    const key = (await api.controlPlane.bootstrap()) ?? '';
    const caller = api.as(key);
    expect((await caller.get('/v1/meters')).status).toBe(200);
    expect((await caller.get('/v1/meters')).status).toBe(200);
    const refused = await caller.get('/v1/meters');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit-limit')).toBe('2');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('retry-after')).toBe('1');
    await api.stop();
  });
});
