import { describe, expect, it } from 'vitest';
import { hashInvoice } from './invoice-hash.ts';
import type { HashedInputs } from './invoice-hash.ts';

const inputs: HashedInputs = {
  currency: 'USD',
  customer: 'Zoë',
  lines: [
    {
      id: '1',
      kind: 'usage',
      charge: 'calls',
      meter: 'calls',
      description: 'API calls',
      from: '2026-03-01T00:00:00Z',
      to: '2026-04-01T00:00:00Z',
      quantity: '3',
      billableQuantity: '3',
      unitAmount: '0.02',
      exactAmount: '0.06',
      amount: '0.06',
      tiers: [],
    },
  ],
  periods: [{ from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' }],
  plans: ['{"terms":{"plan":"web"}}'],
  timeZone: 'UTC',
};

describe('the hash of an invoice', () => {
  it('is the same for the same inputs, in whatever order their fields were written', () => {
    const [line] = inputs.lines;
    const turned = Object.fromEntries(Object.entries(line!).reverse()) as unknown as typeof line;
    expect(hashInvoice({ ...inputs, lines: [turned!] })).toBe(hashInvoice(inputs));
    expect(hashInvoice(inputs)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each([
    { customer: 'zoë' },
    { currency: 'EUR' },
    { timeZone: 'Europe/Berlin' },
    { plans: ['{"terms":{"plan":"web2"}}'] },
    { periods: [] },
    { lines: [{ ...inputs.lines[0]!, exactAmount: '0.060000000000000001' }] },
  ])('changes with %j', (change) => {
    expect(hashInvoice({ ...inputs, ...change })).not.toBe(hashInvoice(inputs));
  });
});
