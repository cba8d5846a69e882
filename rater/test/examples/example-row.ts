// A row of the example tables: a published figure, where it stands, and the case that has to give it.
import type { Charge, ChargeCase, OracleCase, Price, Tier } from '../oracle/case-types.ts';

export interface ExampleRow {
  /** Page or test that the figure comes from. */
  readonly source: string;
  /** What is priced, in a few words. */
  readonly says: string;
  readonly input: OracleCase;
  /** Fields of the result that the source fixes. */
  readonly expected: Readonly<Record<string, unknown>>;
}

/** `[upTo, unitAmount, flatAmount?]`; a bound of null is the open end. */
export function tiers(...rows: [string | null, string, string?][]): Tier[] {
  return rows.map(([upTo, unitAmount, flatAmount]) => ({
    upTo,
    unitAmount,
    ...(flatAmount === undefined ? {} : { flatAmount }),
  }));
}

/** `[upTo, flatAmount]`. */
export function steps(...rows: [string | null, string][]): Tier[] {
  return rows.map(([upTo, flatAmount]) => ({ upTo, flatAmount }));
}

/** `[upTo, packageSize, packageAmount]`. */
export function packageTiers(...rows: [string | null, string, string][]): Tier[] {
  return rows.map(([upTo, packageSize, packageAmount]) => ({ upTo, packageSize, packageAmount }));
}

/** A charge in US dollars at a quantity. */
export function at(quantity: string, price: Price, more: Partial<Charge> = {}): ChargeCase {
  return { charge: { price: { currency: 'USD', ...price }, ...more }, quantity };
}

/** One row a quantity: `[quantity, amount]`. */
export function table(
  source: string,
  says: string,
  price: Price,
  rows: [string, string][],
): ExampleRow[] {
  return rows.map(([quantity, amount]) => ({
    source,
    says: `${says}, ${quantity} units`,
    input: at(quantity, price),
    expected: { amount },
  }));
}

/** Billing runs of one period: the quantities so far, and what each run bills. */
export function runs(
  source: string,
  says: string,
  price: Price,
  held: {
    snapshots: string[];
    deltas: string[];
    open?: boolean;
    minimum?: string;
    maximum?: string;
  },
): ExampleRow {
  const { snapshots, deltas, open, ...bounds } = held;
  return {
    source,
    says,
    input: {
      charge: { price: { currency: 'USD', ...price }, ...bounds },
      snapshots,
      ...(open === undefined ? {} : { open }),
    },
    expected: { deltas },
  };
}
