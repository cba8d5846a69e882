import { AppError } from '@tidemark/platform/errors';
import type { Command } from 'commander';
import { z } from 'zod';
import { connect, withConnection } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { instantValue } from '../option-values.ts';
import { printJson, printTable } from '../output.ts';

interface UsageOptions extends ConnectionOptions {
  readonly customer?: string;
  readonly meter: string;
  readonly from: string;
  readonly to: string;
  readonly window?: string;
  readonly groupBy?: string;
  readonly filter: readonly string[];
  readonly timeZone?: string;
}

const usageSchema = z.object({
  data: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      customer: z.string().nullish(),
      meter: z.string(),
      group: z.record(z.string(), z.string().nullable()).optional(),
      quantity: z.string().nullable(),
    }),
  ),
});

/** `tidemark usage`: metered quantities by customer, window and dimension. */
export function registerUsage(program: Command): void {
  withConnection(
    program
      .command('usage')
      .description('Metered quantities by event time')
      .requiredOption('--meter <key>', 'meter')
      .requiredOption('--from <instant>', 'start (inclusive)', instantValue)
      .requiredOption('--to <instant>', 'end (exclusive)', instantValue)
      .option('--customer <key>', 'only this customer')
      .option('--window <window>', 'hour, day or month')
      .option('--group-by <dimension>', 'split by a dimension of the meter')
      .option('--filter <dimension=value...>', 'only these dimension values', [])
      .option('--time-zone <zone>', 'time zone of the windows (default UTC)')
      .addHelpText(
        'after',
        '\nExample:\n  $ tidemark usage --meter api-calls --from 2015-05-17T00:00:00Z --to 2015-05-21T00:00:00Z --window day',
      ),
  ).action(async (options: UsageOptions) => {
    const query: Record<string, string | undefined> = {
      customer: options.customer,
      meter: options.meter,
      from: options.from,
      to: options.to,
      window: options.window,
      groupBy: options.groupBy,
      timeZone: options.timeZone,
    };
    for (const filter of options.filter) {
      const equals = filter.indexOf('=');
      if (equals < 1) {
        throw new AppError(
          'invalid-input',
          'stack/invalid-option',
          `--filter ${filter} is not of the form dimension=value.`,
        );
      }
      query[`filter[${filter.slice(0, equals)}]`] = filter.slice(equals + 1);
    }
    const answer = await connect(options).get('/v1/usage', query);
    if (options.json === true) {
      printJson(answer);
      return;
    }
    printTable(
      [
        { title: 'from' },
        { title: 'to' },
        { title: 'customer' },
        { title: 'group' },
        { title: 'quantity', align: 'right' },
      ],
      usageSchema.parse(answer).data.map(({ from, to, customer, group, quantity }) => [
        from,
        to,
        customer ?? '',
        Object.entries(group ?? {})
          .map(([name, value]) => `${name}=${value ?? ''}`)
          .join(' '),
        quantity ?? '',
      ]),
    );
  });
}
