/**
 * `tidemark demo`: a whole period on real data, step by step in `runDemo`: start, apply, send (with planted faults), close,
 * read back, prove.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@tidemark/platform/errors';
import { createTidemark } from '@tidemark/sdk';
import type { Tidemark } from '@tidemark/sdk';
import { z } from 'zod';
import { createApiClient } from '../cli/api-client.ts';
import type { ApiClient } from '../cli/api-client.ts';
import { runClose } from '../cli/commands/close.ts';
import { invoiceSchema } from '../cli/invoice-table.ts';
import type { InvoiceView } from '../cli/invoice-table.ts';
import { demoPeriod, readDemoData } from './demo-data.ts';
import type { DemoData, DemoEvent } from './demo-data.ts';

interface DemoResult {
  /** Events answered as accepted, copies included. */
  readonly accepted: number;
  /** Copies that the rater dropped. */
  readonly duplicates: number;
  readonly rejected: number;
  readonly invoices: number;
  readonly totals: Readonly<Record<string, string>>;
  /** Every event that was logged is stored, a duplicate or a dead letter, and nothing else is stored. */
  readonly reconciled: boolean;
  readonly seconds: number;
}

export interface DemoReport extends DemoResult {
  readonly rejections: readonly Rejection[];
  readonly largest: readonly InvoiceView[];
  readonly conservation: Conservation;
  readonly invoicesFile: string;
  /** The largest invoice as a page to look at. */
  readonly pageFile: string;
}

interface Rejection {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

export interface DemoTarget {
  readonly url: string;
  readonly key: string;
  readonly dataDir: string;
}

const batchSize = 500;
/** Every tenth batch is sent a second time, as a client does that missed the answer. */
const repeatEvery = 10;
const largestShown = 10;

const conservationSchema = z.looseObject({
  reconciled: z.boolean(),
  totals: z.object({
    logged: z.number(),
    stored: z.number(),
    duplicate: z.number(),
    deadLetters: z.number(),
  }),
});
type Conservation = z.output<typeof conservationSchema>;

export async function runDemo(
  target: DemoTarget,
  say: (step: string) => void,
): Promise<DemoReport> {
  const startedAt = performance.now();
  const api = createApiClient(target);
  const data = await readDemoData();

  say(
    `Applying a catalog: 3 meters, 1 plan, ${data.customers.length} customers with a subscription each`,
  );
  await api.post('/v1/catalog/apply', { ...data.catalog, dryRun: false });

  say(
    `Sending ${data.events.length} events as backfill, every tenth batch twice, ${data.broken.length} broken on purpose`,
  );
  const sent = await sendEvents(target, data);

  say(`Closing through ${demoPeriod.to}`);
  const job = await runClose(api, {
    through: demoPeriod.to,
    customers: undefined,
    dryRun: false,
    silent: true,
  });
  if (job.status !== 'done') {
    throw new AppError(
      'conflict',
      'stack/close-not-done',
      `The close ended as ${job.status}: ${JSON.stringify(job.halted)}`,
    );
  }

  const { largest, invoicesFile } = await readInvoices(api, target.dataDir);
  const pageFile = await writePage(api, target.dataDir, largest[0]);
  const conservation = conservationSchema.parse(await api.get('/v1/reconciliation'));
  return {
    accepted: sent.accepted,
    duplicates: conservation.totals.duplicate,
    rejected: sent.rejections.length,
    invoices: job.invoices,
    totals: job.totals,
    reconciled: conservation.reconciled && conservation.totals.logged === sent.accepted,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    rejections: sent.rejections,
    largest,
    conservation,
    invoicesFile,
    pageFile,
  };
}

interface Sent {
  readonly accepted: number;
  readonly rejections: readonly Rejection[];
}

async function sendEvents({ url, key }: DemoTarget, data: DemoData): Promise<Sent> {
  let accepted = 0;
  const rejections: Rejection[] = [];
  const client = createTidemark({
    url,
    apiKey: key,
    backfill: true,
    batchEventsMax: batchSize,
    onDelivered: (notice) => {
      accepted += notice.accepted;
    },
    onRejected: (event, code, message) => rejections.push({ id: event.id, code, message }),
  });
  for (let start = 0; start < data.events.length; start += batchSize) {
    const batch = data.events.slice(start, start + batchSize);
    await sendBatch(client, batch);
    const batchNumber = start / batchSize + 1;
    if (batchNumber % repeatEvery === 0) await sendBatch(client, batch);
  }
  await sendBatch(
    client,
    data.broken.map(({ event }) => event),
  );
  await client.close();
  checkRejections(data, rejections);
  return { accepted, rejections };
}

async function sendBatch(client: Tidemark, batch: readonly DemoEvent[]): Promise<void> {
  for (const event of batch) client.track(event);
  const { failed } = await client.flush();
  if (failed > 0) {
    throw new AppError(
      'unavailable',
      'stack/not-delivered',
      `${failed} events were not delivered.`,
    );
  }
}

/** Exactly the planted events must have been refused, each for its reason. */
function checkRejections(data: DemoData, rejections: readonly Rejection[]): void {
  const expected = data.broken.map(({ event, code }) => `${event.id} ${code}`).sort();
  const found = rejections.map(({ id, code }) => `${id} ${code}`).sort();
  if (JSON.stringify(expected) === JSON.stringify(found)) return;
  throw new AppError(
    'invariant',
    'stack/demo-rejections',
    `Expected ${expected.join(', ')}; got ${found.join(', ')}.`,
  );
}

/** Writes every invoice to a file, one a line, and picks the largest. */
async function readInvoices(
  api: ApiClient,
  dataDir: string,
): Promise<{ largest: InvoiceView[]; invoicesFile: string }> {
  const documents: string[] = [];
  const invoices: InvoiceView[] = [];
  for await (const item of api.list('/v1/invoices')) {
    documents.push(JSON.stringify(item));
    invoices.push(invoiceSchema.parse(item));
  }
  const invoicesFile = join(dataDir, 'invoices.ndjson');
  await writeFile(invoicesFile, `${documents.join('\n')}\n`);
  // For the table only; amounts are compared as numbers here and nowhere else.
  const largest = invoices.sort((a, b) => Number(b.total) - Number(a.total)).slice(0, largestShown);
  return { largest, invoicesFile };
}

async function writePage(
  api: ApiClient,
  dataDir: string,
  invoice: InvoiceView | undefined,
): Promise<string> {
  const file = join(dataDir, 'largest-invoice.html');
  await writeFile(file, await api.text(`/v1/invoices/${invoice?.id ?? ''}.html`));
  return file;
}
