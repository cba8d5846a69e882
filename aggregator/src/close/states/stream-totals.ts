/** The stream's running totals of some billing periods, by the piece that they belong to. */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { ChargeRater } from '@tidemark/rater/pricing';
import type { PeriodPieces, UsagePiece } from '../pricing/period-pieces.ts';
import { readStreamTotals } from './read-stream-totals.ts';
import type { StreamTotal } from './read-stream-totals.ts';

/** A billing period of a subscription, as the stream keys its totals. */
export interface StreamedPeriod {
  readonly customer: string;
  readonly subscription: string;
  readonly pieces: PeriodPieces;
}

/** The newest rows, whatever their versions; none where the stream counted nothing. */
export class StreamTotals {
  readonly #byPeriod = new Map<string, StreamTotal[]>();

  static async read(
    clickHouse: ClickHouse,
    tenant: string,
    periods: readonly StreamedPeriod[],
  ): Promise<StreamTotals> {
    const totals = new StreamTotals();
    if (periods.length === 0) return totals;
    const starts = periods.map(({ pieces }) => pieces.streamed.from);
    const rows = await readStreamTotals(clickHouse, {
      tenant,
      customers: periods.map(({ customer }) => customer),
      earliest: starts.reduce((least, start) => Math.min(least, start), Infinity),
      latest: starts.reduce((greatest, start) => Math.max(greatest, start), -Infinity),
    });
    for (const row of rows) totals.#add(row);
    return totals;
  }

  #add(row: StreamTotal): void {
    const key = periodKey(row.subscription, row.periodStart);
    const list = this.#byPeriod.get(key);
    if (list === undefined) this.#byPeriod.set(key, [row]);
    else list.push(row);
  }

  ofPeriod({ pieces, subscription }: Omit<StreamedPeriod, 'customer'>): readonly StreamTotal[] {
    return this.#byPeriod.get(periodKey(subscription, pieces.streamed.from)) ?? [];
  }
}

export function isTotalOf(total: StreamTotal, piece: UsagePiece): boolean {
  return total.charge === piece.charge.charge.key && total.segmentStart === piece.from;
}

/** One row a partition and life of the log, taken together. */
export function mergeTotals(
  rater: ChargeRater,
  empty: unknown,
  totals: readonly StreamTotal[],
): unknown {
  return totals.reduce((state, total) => rater.merge(state, rater.decode(total.state)), empty);
}

function periodKey(subscription: string, periodStart: number): string {
  return `${subscription}/${periodStart}`;
}
