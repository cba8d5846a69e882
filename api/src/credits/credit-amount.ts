import type { Money } from '@tidemark/rater/money';
import { invalidCommand } from '../problems.ts';
import { parseMoney } from '../values/money.ts';

/** The amount of a command in the currency that it names, else in the customer's. @throws AppError 422. */
export function moneyInCommand(
  command: { readonly amount: string; readonly currency?: string | undefined },
  ofCustomer: string | null,
): { readonly amount: Money; readonly currency: string } {
  const currency = command.currency ?? ofCustomer;
  if (currency === null) {
    throw invalidCommand('api/currency-missing', 'The customer has no currency; name one.', [
      { path: 'currency', message: 'is missing' },
    ]);
  }
  const amount = parseMoney(command.amount, currency);
  if (amount === undefined) {
    throw invalidCommand('api/amount-too-fine', `The amount is finer than ${currency} is.`, [
      { path: 'amount', message: 'has more decimals than the currency' },
    ]);
  }
  return { amount, currency };
}
