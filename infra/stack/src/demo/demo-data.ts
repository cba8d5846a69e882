/**
 * The demo's input: a real access log and a made file of seat-months, as usage events in file order, with the faults that
 * the demo plants on purpose so that its result can show what happens to them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

export interface DemoEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, string | number>>;
}

export interface DemoData {
  readonly events: readonly DemoEvent[];
  /** Broken on purpose: every one must come back with the given code. */
  readonly broken: readonly { readonly event: DemoEvent; readonly code: string }[];
  readonly customers: readonly string[];
  /** The catalog file, completed with customers and subscriptions. */
  readonly catalog: Readonly<Record<string, unknown>>;
}

/** May 2015, the month of the log. */
export const demoPeriod = { from: '2015-05-01T00:00:00Z', to: '2015-06-01T00:00:00Z' } as const;

const folder = import.meta.dirname;

const requestSchema = z.array(
  z.object({
    line: z.string(),
    time: z.string(),
    customer: z.string(),
    method: z.string(),
    kind: z.string(),
    status: z.string(),
    bytes: z.string(),
  }),
);
const seatSchema = z.array(
  z.object({ line: z.string(), time: z.string(), customer: z.string(), seats: z.string() }),
);

export async function readDemoData(): Promise<DemoData> {
  const requests = requestSchema.parse(await readCsv('web-access-2015.csv'));
  const seats = seatSchema.parse(await readCsv('seat-months-2015.csv'));
  const events: DemoEvent[] = [
    ...requests.map(({ line, time, customer, method, kind, status, bytes }) => ({
      id: line,
      source: 'web-access-2015',
      type: 'web.request',
      subject: customer,
      time,
      data: { bytes: Number(bytes), kind, method, status: Number(status) },
    })),
    ...seats.map(({ line, time, customer, seats: level }) => ({
      id: line,
      source: 'seat-months-2015',
      type: 'seat.month',
      subject: customer,
      time,
      data: { seats: level },
    })),
  ];
  const customers = [...new Set(events.map(({ subject }) => subject))];
  const catalog: unknown = parseYaml(await readFile(join(folder, 'catalog.yaml'), 'utf8'));
  return {
    events,
    broken: plantBrokenEvents(events),
    customers,
    catalog: {
      ...z.record(z.string(), z.unknown()).parse(catalog),
      customers: customers.map((key) => ({
        key,
        name: `Client ${key}`,
        currency: 'USD',
        timeZone: 'UTC',
      })),
      subscriptions: customers.map((customer) => ({
        customer,
        plan: 'web',
        startsAt: demoPeriod.from,
        endsAt: demoPeriod.to,
        anchor: 'calendar',
      })),
    },
  };
}

/** Copies of real events with one thing wrong each: they must be refused, and must not move any amount. */
function plantBrokenEvents(events: readonly DemoEvent[]): DemoData['broken'] {
  const breakages: [code: string, data: DemoEvent['data']][] = [
    ['ingest/value-not-a-number', { bytes: 'many' }],
    ['ingest/value-not-a-number', { bytes: '12 MB' }],
    ['ingest/value-not-a-number', { bytes: '1e9' }],
    ['ingest/value-not-a-number', { bytes: '' }],
  ];
  return breakages.map(([code, data], position) => {
    const original = events[position];
    if (original === undefined) throw new Error('The demo has no data.');
    return { code, event: { ...original, id: `broken-${position}`, data } };
  });
}

async function readCsv(name: string): Promise<unknown> {
  return parseCsv(await readFile(join(folder, 'data', name), 'utf8'), { columns: true });
}
