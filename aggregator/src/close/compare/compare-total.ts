/**
 * The last gate before an invoice: what the stream counted while events came in must equal what the close counted from the
 * stored events, to the last digit. Pure.
 */
import type { ChargeRater, RateOptions } from '@tidemark/rater/pricing';
import type { Cut } from '../../ports.ts';
import type { StreamTotal } from '../states/read-stream-totals.ts';
import { mergeTotals } from '../states/stream-totals.ts';

/** What the close computed for the same key. */
export interface ComputedTotal {
  readonly rater: ChargeRater;
  readonly state: unknown;
  /** The empty state of the same span. */
  readonly empty: unknown;
  /** As the stream prices its totals: the open period, without a service. */
  readonly options: RateOptions;
}

export type TotalComparison =
  | { readonly kind: 'equal' }
  /** The stream has gone on behind the cut, so its row says nothing about the state at the cut. */
  | { readonly kind: 'moved-on' }
  | { readonly kind: 'different'; readonly detail: string };

export function compareTotal(
  computed: ComputedTotal,
  totals: readonly StreamTotal[],
  cut: Cut,
): TotalComparison {
  if (totals.some((total) => isBehindCut(total, cut))) return { kind: 'moved-on' };
  const { rater, options } = computed;
  const streamedText = rater.encode(mergeTotals(rater, computed.empty, totals));
  const computedText = rater.encode(computed.state);
  if (streamedText !== computedText) {
    return {
      kind: 'different',
      detail: `the stream counted ${streamedText}, the stored events give ${computedText}`,
    };
  }
  const [only] = totals;
  if (only === undefined || totals.length > 1) return { kind: 'equal' };
  const amount = rater.exactAmount(computed.state, options);
  return amount === only.amount
    ? { kind: 'equal' }
    : {
        kind: 'different',
        detail: `the stream priced ${computedText} differently from the close`,
      };
}

/** Above the cut, or of a life of the log that began after it. */
function isBehindCut(total: StreamTotal, cut: Cut): boolean {
  if (total.incarnation !== cut.incarnation) return total.incarnation > cut.incarnation;
  return total.version > (cut.offsets[total.partition] ?? 0);
}
