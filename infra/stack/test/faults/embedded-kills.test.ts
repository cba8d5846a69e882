/** The all-in-one process, killed by SIGKILL in the middle of traffic and started again on the same directory. */
import { createTidemark } from '@tidemark/sdk';
import { createTemporaryDirectory, findFreePort } from '@tidemark/platform/testing';
import { afterAll, expect, it } from 'vitest';
import { createApiClient } from '../../src/cli/api-client.ts';
import { runClose } from '../../src/cli/commands/close.ts';
import { startTidemark } from '../fixtures/tidemark-process.ts';
import type { RunningProcess } from '../fixtures/tidemark-process.ts';

interface UpReady {
  readonly url: string;
  readonly adminKey: string | null;
}

const directory = createTemporaryDirectory('embedded-kills');
let current: RunningProcess<UpReady> | undefined;
afterAll(async () => {
  await current?.kill();
  directory.remove();
});

const rounds = 4;
const eventsPerRound = 2_000;
const usageFrom = '2015-05-01T00:00:00Z';
const usageTo = '2015-06-01T00:00:00Z';

it('loses nothing and counts nothing twice, whenever it is killed', async () => {
  const port = await findFreePort();
  const start = async (): Promise<UpReady> => {
    current = await startTidemark<UpReady>(
      ['up', '--data', `${directory.path}/data`, '--port', String(port)],
      {
        TIDEMARK_LOG_LEVEL: 'warn',
      },
    );
    return current.ready;
  };
  const { url, adminKey } = await start();
  const key = adminKey ?? '';
  const api = createApiClient({ url, key });
  await api.post('/v1/catalog/apply', {
    meters: [{ key: 'units', eventType: 'unit', aggregation: 'sum', property: 'value' }],
    plans: [
      {
        key: 'plan',
        name: 'Plan',
        currency: 'USD',
        cadence: 'month',
        charges: [
          {
            key: 'units',
            name: 'Units',
            meter: 'units',
            price: { model: 'per_unit', currency: 'USD', unitAmount: '0.25' },
          },
        ],
      },
    ],
    customers: [{ key: 'acme', name: 'Acme', currency: 'USD' }],
    subscriptions: [{ customer: 'acme', plan: 'plan', startsAt: usageFrom, endsAt: usageTo }],
  });

  const client = createTidemark({
    url,
    apiKey: key,
    source: 'test',
    backfill: true,
    batchEventsMax: 100,
    concurrency: 2,
    retryDelayMinMs: 50,
    retryDelayMaxMs: 500,
  });
  for (let round = 0; round < rounds; round += 1) {
    for (let event = 0; event < eventsPerRound; event += 1) {
      client.track({
        id: `e-${round}-${event}`,
        type: 'unit',
        subject: 'acme',
        time: '2015-05-10T00:00:00Z',
        data: { value: '1' },
      });
    }
    const settled = client.flush();
    // Traffic is under way: a part of the round is acknowledged, a part of that is stored.
    await untilBelow(
      () => client.buffered.events,
      eventsPerRound * (1 - (round + 1) / (rounds + 1)),
    );
    await current!.kill();
    expect(await start()).toMatchObject({ url, adminKey: null });
    expect(await settled).toMatchObject({ failed: 0, pending: 0 });
  }
  expect(await client.close()).toMatchObject({ failed: 0, pending: 0 });

  const job = await runClose(api, {
    through: usageTo,
    customers: undefined,
    dryRun: false,
    silent: true,
  });
  expect(job).toMatchObject({
    status: 'done',
    invoices: 1,
    totals: { USD: String(rounds * eventsPerRound * 0.25) + '.00' },
  });
  expect(await api.get('/v1/reconciliation')).toMatchObject({
    reconciled: true,
    totals: { stored: rounds * eventsPerRound, conflict: 0, deadLetters: 0, difference: 0 },
  });
});

async function untilBelow(read: () => number, bound: number): Promise<void> {
  while (read() > bound) await new Promise((resolve) => setImmediate(resolve));
}
