import { describe, expect, it } from 'vitest';
import { previewCase } from './preview-case.ts';

const period = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
const time = '2026-01-02T00:00:00Z';
const seats = { aggregation: 'unique_count', property: 'seat' };

describe('operations of a unique count', () => {
  it.each([['delete'], ['ADD'], [''], [1], [true], [{ add: true }], [[]]])(
    'are rejected as %j',
    (operation) => {
      const events = [
        { time, data: { seat: 'a' } },
        { time, data: { seat: 'b', operation } },
        { time: '2027-01-01T00:00:00Z', data: { seat: 'c', operation } },
      ];
      expect(previewCase({ kind: 'meter', meter: seats, events, period })).toEqual({
        quantity: '1',
        rejected: [
          { index: 1, code: 'ingest/unknown-operation' },
          { index: 2, code: 'ingest/unknown-operation' },
        ],
      });
    },
  );

  it('are `add` where nothing is said, and do not matter to other meters', () => {
    const events = [
      { time, data: { seat: 'a' } },
      { time, data: { seat: 'b', operation: null } },
      { time, data: { seat: 'c', operation: 'add' } },
      { time, data: { seat: 'a', operation: 'remove' } },
    ];
    expect(previewCase({ kind: 'meter', meter: seats, events, period })).toEqual({
      quantity: '2',
      rejected: [],
    });
    const count = { aggregation: 'count' };
    const deletion = [{ time, data: { operation: 'delete' } }];
    expect(previewCase({ kind: 'meter', meter: count, events: deletion, period })).toEqual({
      quantity: '1',
      rejected: [],
    });
  });

  it('leave the identity of a rejected event to the next one', () => {
    const events = [
      { id: 'e1', time, data: { seat: 'a', operation: 'delete' } },
      { id: 'e1', time, data: { seat: 'a' } },
    ];
    expect(previewCase({ kind: 'meter', meter: seats, events, period })).toMatchObject({
      quantity: '1',
      rejected: [{ index: 0 }],
    });
  });

  it('are rejected in the events of a charge too', () => {
    const charge = { price: { model: 'per_unit', currency: 'USD', unitAmount: '2' } };
    const events = [
      { time, data: { seat: 'a' } },
      { time, data: { seat: 'b', operation: 'delete' } },
    ];
    expect(previewCase({ charge, meter: seats, events, period })).toMatchObject({
      quantity: '1',
      amount: '2.00',
      rejected: [{ index: 1, code: 'ingest/unknown-operation' }],
    });
  });
});
