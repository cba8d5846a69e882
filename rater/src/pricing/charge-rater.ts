/**
 * The one interface between metering and pricing: a compiled charge (`compileCharge`) folds usage samples into the
 * smallest state that decides the amount, and prices it as `F(state)`. Stream rater, period close, live spend and
 * preview call the same object, so they cannot differ.
 */
import type { ExactAmount, Quantity, Rational } from '../money/index.ts';

/** What a charge sees of one usage event. */
export interface UsageSample {
  /** Integer microseconds. */
  readonly time: number;
  /** Orders events of equal time: the log coordinate (offset, index). */
  readonly offset: number;
  readonly index: number;
  /**
   * The property as exact decimal: a JSON number or decimal string; `undefined` when absent; `'not-a-number'` when it is
   * present but is none.
   */
  decimal(property: string): Quantity | undefined | 'not-a-number';
  /** The property as text for filters, dimensions and distinct values: strings as they are, numbers canonical, booleans `true`/`false`; else `undefined`. */
  text(property: string): string | undefined;
  /**
   * Where a price is tried out with numbers longer than a `Quantity` holds: the same as `decimal`, in full. Samples of
   * stored events leave it out.
   */
  exact?(property: string): Rational | undefined | 'not-a-number';
}

/** What a meter that carries hands on to the next period; plain JSON, decimal strings. */
export type CarriedState =
  | { readonly kind: 'level'; readonly level: string }
  | { readonly kind: 'values'; readonly values: readonly string[] }
  /** One a matrix cell that has usage. */
  | {
      readonly kind: 'cells';
      readonly cells: readonly { readonly index: number; readonly carried: CarriedState }[];
    };

/** Half-open [from, to) in integer microseconds. */
export interface RatingPeriod {
  readonly from: number;
  readonly to: number;
}

export type AddResult =
  /** The event belongs to the charge and moved its state. */
  | 'measured'
  /** Filtered out, or a property the meter needs is absent. */
  | 'unmatched'
  /** A property the meter needs is present but is no number; the event must have been rejected before. */
  | 'not-a-number';

/** One line of how an amount came about; sums to the amount. */
export interface RatedLine {
  readonly kind: 'tier' | 'amount' | 'discount' | 'maximum' | 'minimum_true_up';
  readonly tier?: number;
  readonly quantity?: string;
  readonly unitAmount?: string;
  readonly flatAmount?: string;
  /** Percent; percentage prices only. */
  readonly rate?: string;
  /** Number of packages; package prices only. */
  readonly packages?: string;
  /** The matrix cell the line belongs to: dimension values, or `default`. */
  readonly cell?: Readonly<Record<string, readonly string[]>> | 'default';
  /** Rounded to the currency's minor unit so that the lines sum to the rounded amount. */
  readonly amount: string;
  readonly exactAmount: string;
  readonly note?: string;
}

export interface RatedCharge {
  /** What the meter measured; `null` where the meter has no value or the charge has no meter. */
  readonly quantity: string | null;
  /** After conversion and allowance; `null` for a flat charge. */
  readonly billableQuantity: string | null;
  readonly currency: string;
  /** Rounded once to the minor unit: what an invoice line shows. */
  readonly amount: string;
  /** Before rounding, at most 36 decimals. */
  readonly exactAmount: string;
  readonly lines: readonly RatedLine[];
}

/** The steps of the order of `rate-charge.ts`. */
export type RatingStepName =
  | 'conversion'
  | 'allowance'
  | 'price_model'
  | 'tier_rounding'
  | 'percentage_discount'
  | 'fixed_discount'
  | 'maximum'
  | 'minimum'
  | 'rounding';

/** What one step left: an intermediate of the calculation. */
export interface RatingStep {
  readonly step: 'quantity' | RatingStepName;
  /** As it stands after the step; `null` where there is none. */
  readonly quantity: string | null;
  readonly exactAmount: string;
  /** In the currency; only after the rounding. */
  readonly amount?: string;
}

export interface RateOptions {
  /** The billing period; needed by meters that look at its length and by proration. */
  readonly period: RatingPeriod;
  /** The part of the period in service, where it is shorter; prorates what the charge's `proration` names. */
  readonly service?: RatingPeriod;
  readonly timeZone?: string;
  /** False while the period is open: no minimum, no flat amount in arrears (progressive runs). Default true. */
  readonly final?: boolean;
}

export interface PlainUsage {
  readonly property: string | null;
}

export interface ChargeRater<State = unknown> {
  /** `stream`: the state is small and order-free. `deferred`: rated from the store by a fold in (time, coordinate) order. */
  readonly mode: 'stream' | 'deferred';
  /** `sum-count`: the state is exactly {count, sum}, which SQL can aggregate. */
  readonly aggregate: 'sum-count' | 'fold';
  /**
   * Present where nothing is filtered and `add` is `addTotals(state, 1, value)` of every event that has the property; `null`:
   * of every event, with a value of 0. Many events can then be added at once.
   */
  readonly plain?: PlainUsage;
  /** Properties that must be numbers where present: those of the meter and of the price. */
  readonly numberProperties: readonly string[];
  /** `carried` is the `carryOut` of the period before; meters that do not carry ignore it. */
  empty(period: RatingPeriod, carried?: CarriedState): State;
  /** Moves `state` in place. Deferred charges need samples in (time, offset, index) order. */
  add(state: State, sample: UsageSample): AddResult;
  /**
   * Only where `aggregate` is `sum-count`: moves the state by `count` events whose values sum to `sum`, exactly as adding
   * them one by one. For a `count` meter `sum` is 0.
   */
  addTotals(state: State, count: number, sum: Quantity): void;
  /** A state of both; where the order of events matters `other` holds the later ones, or it throws `rater/not-mergeable`. */
  merge(state: State, other: State): State;
  /** Canonical JSON text; equal states encode equally. For `sum-count`: `{"count":12,"sum":"34.5"}`. */
  encode(state: State): string;
  decode(text: string): State;
  /** The metered quantity, half-even to 18 decimals; `null` when there is none. */
  quantity(state: State): Quantity | null;
  /** What the next period starts from; `null` for meters that do not carry. */
  carryOut(state: State): CarriedState | null;
  /**
   * F(state) before the invoice rounding, half-even to 36 decimals: what `charge_totals.amount` holds. A negative total
   * under `negative: "reject"` counts as 0 here; only `rate` throws.
   */
  exactAmount(state: State, options: RateOptions): ExactAmount;
  /**
   * F(state) with its lines, as an invoice line and the preview show it.
   *
   * @throws PricingError `rater/negative-total` when final, the usage is negative and the price rejects that.
   */
  rate(state: State, options: RateOptions): RatedCharge;
  /** How `rate` comes about: what was measured, then every intermediate of the order. @throws PricingError like `rate`. */
  explain(state: State, options: RateOptions): RatingStep[];
}
