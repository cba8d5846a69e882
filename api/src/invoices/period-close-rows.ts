/** Rows of period closes and what is counted for them. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Instant } from '@tidemark/platform/clock';
import type { SqlConnection } from '@tidemark/platform/postgres';
import type { CloseStatus, HaltedPart, PeriodClose } from '@tidemark/aggregator/ports';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';

export type PeriodCloseRow = {
  tenant: string;
  close: string;
  through: Instant;
  customers: string[] | null;
  dry_run: boolean;
  status: CloseStatus;
  cut_incarnation: number;
  cut_offsets: number[];
  catalog_epoch: number;
  halted: HaltedPart[];
  subscriptions_done: number;
  subscriptions_total: number;
};

export const periodCloseColumns = `tenant, close, through, customers, dry_run, status, cut_incarnation, cut_offsets,
  catalog_epoch, halted, subscriptions_done, subscriptions_total`;

interface CloseCounts {
  readonly invoices: number;
  readonly subscriptions: number;
  readonly totals: Readonly<Record<string, string>>;
}

type CountRow = { currency: string; invoices: number; subscriptions: number; total: string };

const invoicesSql = `select currency, count(*) as invoices, count(distinct subscription) as subscriptions, sum(total) as total
  from invoices
  where tenant = $1 and through = $2::timestamptz
    and ($3::text[] is null or customer = any($3::text[])) and status <> 'void'
  group by currency order by currency`;

const draftsSql = `select currency, count(*) as invoices, count(distinct subscription) as subscriptions, sum(total) as total
  from period_close_drafts where tenant = $1 and close = $2 group by currency order by currency`;

/**
 * What the close has billed. Invoices count for every close of the same `through` in whose scope they lie, whoever
 * issued them: so closing again answers the same. A dry run counts what it would have issued.
 */
async function countBilled(connection: SqlConnection, row: PeriodCloseRow): Promise<CloseCounts> {
  const counts = row.dry_run
    ? await connection.query<CountRow>(draftsSql, [row.tenant, row.close])
    : await connection.query<CountRow>(invoicesSql, [
        row.tenant,
        formatInstant(row.through),
        row.customers,
      ]);
  return {
    invoices: counts.reduce((sum, { invoices }) => sum + invoices, 0),
    subscriptions: counts.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
    totals: Object.fromEntries(counts.map(({ currency, total }) => [currency, total])),
  };
}

/** The job with its counts as they are now. */
export async function periodCloseOf(
  connection: SqlConnection,
  row: PeriodCloseRow,
): Promise<PeriodClose> {
  const counts = await countBilled(connection, row);
  return {
    id: row.close,
    tenant: row.tenant,
    through: row.through,
    customers: row.customers,
    dryRun: row.dry_run,
    status: row.status,
    cut: { incarnation: row.cut_incarnation, offsets: row.cut_offsets },
    catalogEpoch: row.catalog_epoch,
    halted: row.halted,
    subscriptionsDone: counts.subscriptions,
    subscriptionsTotal: Math.max(row.subscriptions_total, counts.subscriptions),
    invoices: counts.invoices,
    totals: counts.totals,
  };
}

/** The same without counting again: while a job runs, every batch updates it. */
export function updatedClose(close: PeriodClose, row: PeriodCloseRow): PeriodClose {
  return {
    ...close,
    status: row.status,
    halted: row.halted,
    subscriptionsDone: row.subscriptions_done,
  };
}

export async function readPeriodClose(
  connection: SqlConnection,
  tenant: string,
  id: string,
): Promise<PeriodClose | null> {
  const [row] = await connection.query<PeriodCloseRow>(
    `select ${periodCloseColumns} from period_closes where tenant = $1 and close = $2`,
    [tenant, id],
  );
  return row === undefined ? null : periodCloseOf(connection, row);
}

export async function readCloseStatus(
  connection: SqlConnection,
  tenant: string,
  id: string,
): Promise<CloseStatus | null> {
  const [row] = await connection.query<{ status: CloseStatus }>(
    'select status from period_closes where tenant = $1 and close = $2',
    [tenant, id],
  );
  return row?.status ?? null;
}

/**
 * Subscriptions that a close bills, all in all: those with an open billing instant, and those whose invoice of the same
 * `through` exists already.
 */
export async function countSubscriptions(
  connection: SqlConnection,
  request: Pick<PeriodClose, 'tenant' | 'through' | 'customers' | 'dryRun'>,
): Promise<number> {
  const [row] = await connection.query<{ total: number }>(
    `select count(*) as total from (
       select subscription from subscriptions
       where tenant = $1 and next_instant <= $2::timestamptz
         and ($3::text[] is null or customer = any($3::text[]))
       union
       select subscription from invoices
       where tenant = $1 and through = $2::timestamptz and not $4::boolean
         and ($3::text[] is null or customer = any($3::text[]))
     ) billed`,
    [request.tenant, formatInstant(request.through), request.customers, request.dryRun],
  );
  return row?.total ?? 0;
}

/** In the order in which they were asked for. */
export async function listPeriodCloses(
  connection: SqlConnection,
  tenant: string,
  page: PageRequest,
): Promise<Page<PeriodClose>> {
  const rows = await connection.query<PeriodCloseRow>(
    `select ${periodCloseColumns} from period_closes
     where tenant = $1 and close > $2 order by close limit $3`,
    [tenant, page.after[0] ?? '', page.limit + 1],
  );
  const { data, next } = pageOf(rows, page.limit, ({ close }) => [close]);
  const closes: PeriodClose[] = [];
  for (const row of data) closes.push(await periodCloseOf(connection, row));
  return { data: closes, next };
}
