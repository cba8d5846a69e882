/** The meters, charges and usage that the tests of the close share. */
import { meterOf, planOf } from './close-scenario.ts';
import type { SentEvent } from './close-scenario.ts';

export const meters = [
  meterOf({ key: 'calls', aggregation: 'count', dimensions: ['kind'] }),
  meterOf({ key: 'bytes', aggregation: 'sum', property: 'bytes' }),
  meterOf({ key: 'users', aggregation: 'unique_count', property: 'user' }),
  meterOf({
    key: 'seats',
    eventType: 'seat.level',
    aggregation: 'time_weighted',
    property: 'seats',
  }),
];
export const usd = { currency: 'USD' };
export const base = {
  key: 'base',
  name: 'Base fee',
  price: { model: 'flat', ...usd, amount: '5.00' },
  timing: 'in_advance',
};
export const calls = {
  key: 'calls',
  name: 'API calls',
  meter: 'calls',
  price: {
    model: 'volume',
    ...usd,
    tiers: [
      { upTo: '2', unitAmount: '0.03' },
      { upTo: null, unitAmount: '0.02' },
    ],
  },
};
export const images = {
  key: 'images',
  name: 'Images',
  meter: 'calls',
  filter: { kind: ['image'] },
  price: { model: 'per_unit', ...usd, unitAmount: '0.1' },
};
export const bytes = {
  key: 'bytes',
  name: 'Egress',
  meter: 'bytes',
  price: { model: 'per_unit', ...usd, unitAmount: '0.000000000000000001' },
};
export const plan = planOf([base, calls, images, bytes]);

export const request = (time: string, data: SentEvent['data'] = {}): SentEvent => ({ time, data });
export const march = (day: string) =>
  request(`2026-03-${day}T10:00:00.000001Z`, { kind: 'image', bytes: 1 });
