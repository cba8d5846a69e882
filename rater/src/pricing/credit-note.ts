import { moneyOf, type Money } from '../money/index.ts';

/** What credit notes may still give back of a payment. All in minor units of one currency. */
export interface CreditNoteQuestion {
  readonly paid: Money;
  /** By earlier credit notes. */
  readonly credited: Money;
  readonly asked: Money;
}

/** `max(0, min(asked, paid - credited))`: never more than was paid. Example: paid 20, credited 15, asked 10 give 5. */
export function creditableAmount({ paid, credited, asked }: CreditNoteQuestion): Money {
  const left = paid - credited;
  const amount = asked < left ? asked : left;
  return moneyOf(amount < 0n ? 0n : amount);
}
