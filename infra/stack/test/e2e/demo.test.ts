/** The demo, run as a user runs it, against an independent recomputation from its CSV files. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import type { TemporaryDirectory } from '@tidemark/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { billLines, readUsage, sumCents } from '../fixtures/demo-oracle.ts';
import { runTidemark } from '../fixtures/tidemark-process.ts';

interface DemoInvoice {
  readonly id: string;
  readonly number: string;
  readonly subscription: string;
  readonly customer: string;
  readonly issuedAt: string;
  readonly dueAt: string;
  readonly lines: { charge: string; amount: string; quantity: string | null }[];
  readonly total: string;
  readonly proof: { cut: unknown; hash: string };
}

interface DemoRun {
  readonly result: Record<string, unknown>;
  readonly invoices: DemoInvoice[];
}

const directories: TemporaryDirectory[] = [];
afterAll(() => {
  for (const directory of directories) directory.remove();
});

async function runDemo(...flags: string[]): Promise<DemoRun> {
  const directory = createTemporaryDirectory('demo');
  directories.push(directory);
  const dataDir = join(directory.path, 'data');
  const { code, stdout, stderr } = await runTidemark([
    'demo',
    '--json',
    '--data',
    dataDir,
    ...flags,
  ]);
  expect(code, stderr).toBe(0);
  const invoices = (await readFile(join(dataDir, 'invoices.ndjson'), 'utf8')).trim().split('\n');
  return {
    result: JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown>,
    invoices: invoices.map((line) => JSON.parse(line) as DemoInvoice),
  };
}

/** Everything but ids, number, times of issue and the places in the log. */
function comparable(invoice: DemoInvoice): string {
  const { proof, ...rest } = invoice;
  const named = { ...rest, id: '', number: '', subscription: '', issuedAt: '', dueAt: '' };
  return JSON.stringify({ ...named, hash: proof.hash });
}

function comparableAll({ invoices }: DemoRun): string[] {
  return invoices.map(comparable).sort();
}

const usage = readUsage();
let embedded: DemoRun;

describe('the embedded demo', () => {
  beforeAll(async () => {
    embedded = await runDemo();
  });

  it('bills each customer what the files say, to the cent', () => {
    expect(embedded.invoices).toHaveLength(usage.size);
    for (const invoice of embedded.invoices) {
      const expected = billLines(usage.get(invoice.customer)!);
      const billed = invoice.lines.map(({ charge, amount }) => ({ charge, amount }));
      expect(billed, invoice.customer).toEqual(expected);
      expect(invoice.total).toBe(sumCents(expected.map(({ amount }) => amount)));
    }
  });

  it('reports what it accepted, dropped and refused', () => {
    const events = [...usage.values()].reduce((sum, { calls }) => sum + calls, 0);
    expect(events).toBe(10_000);
    const bills = [...usage.values()].flatMap((bill) =>
      billLines(bill).map(({ amount }) => amount),
    );
    expect(embedded.result).toMatchObject({
      accepted: 10_050 + 1_000,
      duplicates: 1_000,
      rejected: 4,
      invoices: 1_753,
      totals: { USD: sumCents(bills) },
      reconciled: true,
    });
  });
});

describe('the demo over Apache Kafka', () => {
  it('issues the same invoices, byte for byte but for ids and times of issue', async ({ skip }) => {
    const doctor = await runTidemark(['doctor', '--json']);
    const tools = (JSON.parse(doctor.stdout) as { check: string; state: string }[]).find(
      ({ check }) => check === 'local Kafka',
    );
    if (tools?.state !== 'ok') skip('Java and Maven are needed for Apache Kafka');
    const overKafka = await runDemo('--kafka');
    expect(comparableAll(overKafka)).toEqual(comparableAll(embedded));
  });
});
