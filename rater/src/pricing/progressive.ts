/** Billing a period in several runs: each run bills the difference of rounded cumulative amounts. */
import { moneyOf, type Money } from '../money/index.ts';

export interface BillingRuns {
  /** Rounded amount of the period so far at each run, in minor units. */
  readonly cumulative: readonly Money[];
  /** Whether the last run closes the period; every other run is an interim one. */
  readonly closes: boolean;
  /** An interim run bills only once the cumulative amount has reached a threshold that no run reached before. */
  readonly thresholds?: readonly Money[];
}

/**
 * What each run bills. The runs of a closed period sum to its last cumulative amount, whatever the thresholds; a run may
 * give back (a volume price that drops). Example: cumulative 3, 7, 12 with a threshold of 5 bill 0, 7, 5.
 */
export function billRuns({ cumulative, closes, thresholds }: BillingRuns): Money[] {
  let billed = 0n;
  let open = thresholds;
  return cumulative.map((amount, run) => {
    const isFinal = closes && run === cumulative.length - 1;
    const isDue = isFinal || open === undefined || open.some((threshold) => amount >= threshold);
    if (!isDue) return moneyOf(0n);
    open = open?.filter((threshold) => amount < threshold);
    const due = moneyOf(amount - billed);
    billed = amount;
    return due;
  });
}
