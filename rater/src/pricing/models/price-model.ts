/**
 * What every price model provides. A model is `F(usage)`: it takes the smallest thing that decides the amount, and gives
 * lines that sum to it. One file a model, listed in `registry.ts`; nothing else knows their names.
 */
import type { Rational, RoundingMode } from '../../money/index.ts';
import type { JsonObject } from '../input/json-object.ts';

/** One exact part of an amount, before discounts and rounding. */
export interface PricedLine {
  readonly kind: 'tier' | 'amount';
  readonly tier?: number;
  readonly cell?: Readonly<Record<string, readonly string[]>> | 'default';
  readonly quantity?: Rational;
  readonly unitAmount?: Rational;
  readonly flatAmount?: Rational;
  readonly rate?: Rational;
  readonly packages?: Rational;
  readonly exact: Rational;
  readonly note?: string;
}

/** How a part of a period in service changes a price; both are 1 for a full period. */
interface ServiceShare {
  /** Multiplies a flat price. */
  readonly flat: Rational;
  /** Multiplies the bounds of tiers. */
  readonly tierBounds: Rational;
}

/** A price of the quantity: all models whose amount is a function of one number. */
interface QuantityPricing {
  readonly takes: 'quantity';
  /** `false`: the amount is due whatever the usage, also with no meter at all. */
  readonly usesQuantity: boolean;
  /** A negative quantity is priced as a credit; whether it may come here is the price's `negative`. */
  rate(quantity: Rational, share: ServiceShare): PricedLine[];
  /** The same amounts as straight pieces, where they are: lets the stream rate with scaled integers. */
  readonly curve?: PriceCurve;
}

/**
 * F over the quantity: `atZero` at 0, then for each piece `intercept + quantity x slope` above the bound of the piece
 * before it, up to and including `upTo` (the last has `null`).
 */
export interface PriceCurve {
  readonly atZero: Rational;
  readonly pieces: readonly PricePiece[];
  readonly creditSlope: Rational;
}

export interface PricePiece {
  readonly upTo: Rational | null;
  readonly slope: Rational;
  readonly intercept: Rational;
}

/** A price of the number of transactions and their sum: percentages without free parts or clamps. */
export interface CountAndSumPricing {
  readonly takes: 'count-and-sum';
  readonly usesQuantity: true;
  rate(total: { readonly count: number; readonly sum: Rational }): PricedLine[];
}

/** A price that looks at each transaction in order. The state is its own. */
export interface TransactionPricing {
  readonly takes: 'transactions';
  readonly usesQuantity: true;
  empty(): unknown;
  /** Moves the state in place by one transaction. */
  pay(state: unknown, value: Rational): void;
  encode(state: unknown): unknown;
  decode(stored: JsonObject): unknown;
  /** Sum of the values. */
  total(state: unknown): Rational;
  rate(state: unknown): PricedLine[];
}

/** A price of an amount that the events themselves carry. */
export interface AmountPricing {
  readonly takes: 'amounts';
  readonly usesQuantity: true;
  /** May be absent only where a price is tried out. */
  readonly amountProperty: string | undefined;
  rate(amount: Rational): PricedLine[];
}

/** A price for each cell of a matrix; events go to the first cell that matches. */
export interface CellPricing {
  readonly takes: 'cells';
  readonly usesQuantity: true;
  readonly dimensions: readonly string[];
  /** In the order written; the default comes last and matches everything. */
  readonly cells: readonly MatrixCell[];
}

export interface MatrixCell {
  /** Values that match, by dimension; a dimension not named matches any value or none. */
  readonly when: Readonly<Record<string, readonly string[]>> | 'default';
  readonly negative: 'zero' | 'credit' | 'reject';
  readonly roundAt: 'line' | 'tier';
  readonly roundMode: RoundingMode;
  readonly pricing: Exclude<ModelPricing, CellPricing>;
}

export type ModelPricing =
  QuantityPricing | CountAndSumPricing | TransactionPricing | AmountPricing | CellPricing;

export interface PriceModelOptions {
  /** Whether the first tier's flat amount is due at zero usage. */
  readonly zeroUsageFirstTierFlat: 'charged' | 'not_charged';
}

export interface PriceModel {
  /**
   * Reads the model's own fields of a price.
   *
   * @throws PricingError with code and path.
   */
  read(price: JsonObject, options: PriceModelOptions, readModel: ReadModel): ModelPricing;
}

/** Reads a price inside a price: its model and options. */
export type ReadModel = (
  object: JsonObject,
) => Omit<MatrixCell, 'when' | 'pricing'> & { readonly pricing: ModelPricing };
