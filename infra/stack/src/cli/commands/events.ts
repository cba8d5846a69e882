import type { Command } from 'commander';
import { z } from 'zod';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { countValue, instantValue } from '../option-values.ts';
import { printJson, printTable } from '../output.ts';

interface EventsOptions extends ConnectionOptions {
  readonly customer?: string;
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

const eventSchema = z.object({
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** `tidemark events`: stored usage events, newest first. */
export function registerEvents(program: Command): void {
  withConnection(
    program
      .command('events')
      .description('Stored usage events, newest first')
      .option('--customer <key>')
      .option('--type <type>')
      .option('--from <instant>', 'event time (inclusive)', instantValue)
      .option('--to <instant>', 'event time (exclusive)', instantValue)
      .option('--limit <count>', 'at most so many', countValue, 20)
      .addHelpText('after', '\nExample:\n  $ tidemark events --customer acme --limit 5'),
  ).action(async (options: EventsOptions) => {
    const { customer, type, from, to } = options;
    const events = connect(options).list('/v1/events', { customer, type, from, to }, options.limit);
    const rows: string[][] = [];
    for await (const item of events) {
      if (options.json === true) {
        printJson(item);
        continue;
      }
      const event = eventSchema.parse(item);
      rows.push([
        event.time,
        event.subject,
        event.type,
        event.source,
        event.id,
        JSON.stringify(event.data),
      ]);
    }
    if (options.json === true) return;
    printTable(
      ['time', 'customer', 'type', 'source', 'id', 'data'].map((title) => ({ title })),
      rows,
    );
  });
}
