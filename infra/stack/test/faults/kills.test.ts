/**
 * Kill -9 of each role at the worst moment, over a real broker and real stores, then a restart: the invoices must be those
 * of a run that nobody disturbed. A failpoint that is not reached fails the test, so a renamed step cannot pass by default.
 */
import { createTidemark } from '@tidemark/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '../../src/cli/api-client.ts';
import type { ApiClient } from '../../src/cli/api-client.ts';
import { runClose } from '../../src/cli/commands/close.ts';
import { demoPeriod, readDemoData } from '../../src/demo/demo-data.ts';
import type { DemoData, DemoEvent } from '../../src/demo/demo-data.ts';
import { KafkaStack, startServers } from '../fixtures/kafka-stack.ts';
import type { ProcessName, Servers } from '../fixtures/kafka-stack.ts';
import { whyNoKafkaStack } from '../fixtures/requirements.ts';

interface Kill {
  readonly role: ProcessName;
  readonly failpoint: string;
}

interface Outcome {
  /** Everything but ids and times of issue, in the order of their numbers. */
  readonly invoices: string[];
  readonly numbers: string[];
  readonly reconciliation: { reconciled: boolean; totals: Record<string, number> };
}

const eventCount = 1_200;
const batchSize = 100;
const missing = whyNoKafkaStack();

describe.skipIf(missing !== null)(`a killed role${missing === null ? '' : ` (${missing})`}`, () => {
  let servers: Servers;
  let data: DemoData;
  let undisturbed: Outcome;

  beforeAll(async () => {
    servers = await startServers();
    data = await readDemoData();
    undisturbed = await runPeriod('undisturbed');
  });
  afterAll(async () => {
    await servers.stop();
  });

  it('bills every event once when nothing happens', () => {
    expect(undisturbed.reconciliation).toMatchObject({
      reconciled: true,
      totals: { logged: eventCount, stored: eventCount, duplicate: 0, difference: 0 },
    });
    expect(undisturbed.invoices.length).toBeGreaterThan(100);
  });

  it('gateway, after the acknowledgement of the log: the client sends again, nothing is billed twice', async () => {
    const outcome = await runPeriod('gateway', {
      role: 'gateway',
      failpoint: 'gateway/after-append:kill@3',
    });
    expect(outcome.invoices).toEqual(undisturbed.invoices);
    expect(outcome.reconciliation.totals['duplicate']).toBeGreaterThan(0);
    expect(outcome.reconciliation.reconciled).toBe(true);
  });

  it('rater, between the rows and their progress: the rows are written again, and count once', async () => {
    const outcome = await runPeriod('rater', {
      role: 'rater',
      failpoint: 'rater/after-rows:kill@2',
    });
    expect(outcome.invoices).toEqual(undisturbed.invoices);
    expect(outcome.reconciliation).toEqual(undisturbed.reconciliation);
  });

  it('close worker, before the commit: no invoice is missing, twice, or numbered with a gap', async () => {
    const outcome = await runPeriod('close', {
      role: 'close-worker',
      failpoint: 'close/before-commit:kill',
    });
    expect(outcome.invoices).toEqual(undisturbed.invoices);
    expect(outcome.numbers).toEqual(undisturbed.numbers);
  });

  async function runPeriod(name: string, kill?: Kill): Promise<Outcome> {
    const stack = await KafkaStack.start(servers, name);
    try {
      const restarted: Promise<void>[] = [];
      for (const role of ['gateway', 'rater', 'close-worker'] as const) {
        const fault = kill?.role === role ? kill.failpoint : undefined;
        const started = await stack.run(role, fault);
        if (fault !== undefined) restarted.push(restartAfterKill(stack, role, started.ended));
      }
      const api = createApiClient({ url: stack.url('api'), key: stack.adminKey });
      const events = data.events.slice(0, eventCount);
      await api.post('/v1/catalog/apply', { ...catalogFor(events), dryRun: false });
      await sendAll(stack, events);
      const job = await runClose(api, {
        through: demoPeriod.to,
        customers: undefined,
        dryRun: false,
        silent: true,
      });
      expect(job).toMatchObject({ status: 'done', halted: [] });
      await Promise.all(restarted);
      return await readOutcome(api);
    } finally {
      await stack.stop();
    }
  }

  function catalogFor(events: readonly DemoEvent[]): Record<string, unknown> {
    const used = new Set(events.map(({ subject }) => subject));
    const { customers, subscriptions, ...rest } = data.catalog as {
      customers: { key: string }[];
      subscriptions: { customer: string }[];
    };
    return {
      ...rest,
      customers: customers.filter(({ key }) => used.has(key)),
      subscriptions: subscriptions.filter(({ customer }) => used.has(customer)),
    };
  }
});

/** The process must die by its failpoint, not otherwise; then it is started again without one. */
async function restartAfterKill(
  stack: KafkaStack,
  role: ProcessName,
  ended: Promise<string>,
): Promise<void> {
  expect(await ended).toBe('SIGKILL');
  await stack.run(role);
}

async function sendAll(stack: KafkaStack, events: readonly DemoEvent[]): Promise<void> {
  const rejected: string[] = [];
  const client = createTidemark({
    url: stack.url('gateway'),
    apiKey: stack.adminKey,
    backfill: true,
    batchEventsMax: batchSize,
    retryDelayMinMs: 50,
    retryDelayMaxMs: 500,
    onRejected: ({ id }, code) => rejected.push(`${id} ${code}`),
  });
  for (let start = 0; start < events.length; start += batchSize) {
    for (const event of events.slice(start, start + batchSize)) client.track(event);
    await client.flush();
  }
  await client.close();
  expect(rejected).toEqual([]);
}

async function readOutcome(api: ApiClient): Promise<Outcome> {
  const invoices: { customer: string; number: string; comparable: string }[] = [];
  for await (const item of api.list('/v1/invoices')) {
    const { id, number, subscription, issuedAt, dueAt, proof, ...rest } = item as Record<
      string,
      unknown
    > & {
      customer: string;
      number: string;
      proof: { hash: string };
    };
    expect([id, subscription, issuedAt, dueAt]).not.toContain(undefined);
    invoices.push({
      customer: rest.customer,
      number,
      comparable: JSON.stringify({ ...rest, hash: proof.hash }),
    });
  }
  return {
    invoices: invoices.map(({ comparable }) => comparable).sort(),
    numbers: invoices.map(({ number }) => number).sort(),
    reconciliation: pickTotals(await api.get('/v1/reconciliation')),
  };
}

function pickTotals(answer: unknown): Outcome['reconciliation'] {
  const { reconciled, totals } = answer as Outcome['reconciliation'];
  return { reconciled, totals };
}
