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

describe('the events of a meter', () => {
  const sum = { aggregation: 'sum', property: 'v', eventType: 'request', key: 'm' };
  const measured = (events: object[], meter: object = sum): unknown =>
    previewCase({ kind: 'meter', meter, events, period });

  it('are those of its type; one without a type is of every meter', () => {
    const events = [
      { time, type: 'request', data: { v: 1 } },
      { time, type: 'other', data: { v: 2 } },
      { time, data: { v: 4 } },
    ];
    expect(measured(events)).toEqual({ quantity: '5', rejected: [] });
    const ofAny = { aggregation: 'sum', property: 'v' };
    expect(measured(events, ofAny)).toEqual({ quantity: '7', rejected: [] });
    const foreign = [{ time, type: 'other', data: { v: 'x' } }];
    expect(measured(foreign)).toEqual({ quantity: '0', rejected: [] });
    expect(measured(foreign, ofAny)).toMatchObject({ rejected: [{ index: 0 }] });
  });

  it('are one where subject, source and id are the same, the first', () => {
    const event = (v: number, fields: object = {}): object => ({
      specversion: '1.0',
      id: 'e',
      subject: 's',
      source: 'a',
      time,
      data: { v },
      ...fields,
    });
    expect(measured([event(1), event(2)])).toMatchObject({ quantity: '1' });
    expect(measured([event(1), event(2, { subject: 't' })])).toMatchObject({ quantity: '3' });
    expect(measured([event(1), event(2, { source: 'b' })])).toMatchObject({ quantity: '3' });
    expect(measured([event(1), event(2, { id: 'f' })])).toMatchObject({ quantity: '3' });
    const bare = { source: undefined, subject: undefined };
    expect(measured([event(1, bare), event(2, bare)])).toMatchObject({ quantity: '1' });
    expect(measured([event(1, bare), event(2)])).toMatchObject({ quantity: '3' });
    const none = { id: undefined };
    expect(measured([event(1, none), event(2, none)])).toMatchObject({ quantity: '3' });
  });

  it('at one time count in the order written', () => {
    const latest = { aggregation: 'latest', property: 'v' };
    const events = [3, 1, 2].map((v) => ({ time, data: { v } }));
    expect(measured(events, latest)).toMatchObject({ quantity: '2' });
  });

  it('may give their value in place of the property', () => {
    const value = [
      { time, value: '2.5' },
      { time, data: { v: 4 } },
    ];
    expect(measured(value)).toMatchObject({ quantity: '6.5' });
    expect(measured([{ time, value: 3, data: { v: 4, w: 1 } }])).toMatchObject({ quantity: '3' });
    expect(measured([{ time, value: 'x' }])).toMatchObject({
      quantity: '0',
      rejected: [{ index: 0, code: 'ingest/value-not-a-number' }],
    });
    const unnamed = { aggregation: 'sum' };
    expect(measured(value, unnamed)).toMatchObject({ quantity: '2.5' });
    expect(measured([{ time, data: { v: 4 } }], unnamed)).toMatchObject({
      error: { code: 'rater/missing-field', path: 'meter.property' },
    });
    const count = { aggregation: 'count' };
    expect(measured([{ time, value: 'x' }], count)).toMatchObject({ quantity: '1', rejected: [] });
  });

  it('may name any property', () => {
    const data: unknown = JSON.parse('{"__proto__":{"v":1},"v":2}');
    expect(measured([{ time, data: data as object }])).toMatchObject({ quantity: '2' });
  });
});

describe('what a meter carries', () => {
  it('comes in and goes out as a level or as values', () => {
    const carrying = { aggregation: 'unique_count', property: 'seat', carry: true };
    const events = [{ time, data: { seat: 'c' } }];
    const initialValues = ['b', 'a'];
    expect(previewCase({ kind: 'meter', meter: carrying, events, period, initialValues })).toEqual({
      quantity: '3',
      carriedValues: ['a', 'b', 'c'],
      rejected: [],
    });
    expect(previewCase({ kind: 'meter', meter: carrying, events, period })).toMatchObject({
      quantity: '1',
    });
    const level = { aggregation: 'sum', property: 'v', carry: true };
    const added = [{ time, data: { v: '0.5' } }];
    expect(
      previewCase({ kind: 'meter', meter: level, events: added, period, initialLevel: '2' }),
    ).toEqual({ quantity: '2.5', carriedLevel: '2.5', rejected: [] });
  });
});
