import { expect, it } from 'vitest';
import { moneyOf } from '../../money/index.ts';
import { createInvoice } from './invoice.ts';

it('is the sum of its lines where nothing is taken off or added', () => {
  const nothing = { discount: 0n, credit: 0n, tax: 0n };
  const lines = [
    { key: 'a', kind: 'usage', amount: moneyOf(500n) },
    { key: 'b', kind: 'flat', amount: moneyOf(-200n) },
  ];
  expect(createInvoice({ lines })).toEqual({
    lines: lines.map((line) => ({ ...line, ...nothing })),
    subtotal: 300n,
    discountTotal: 0n,
    creditTotal: 0n,
    taxTotal: 0n,
    total: 300n,
    amountDue: 300n,
    usedCredits: [],
  });
});
