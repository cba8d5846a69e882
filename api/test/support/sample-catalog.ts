/** Bodies of the public interface, as its documentation has them. */
export const meter = {
  key: 'api-calls',
  eventType: 'web.request',
  aggregation: 'count',
  dimensions: ['kind'],
};

export const plan = {
  key: 'web',
  name: 'Web delivery',
  currency: 'USD',
  cadence: 'month',
  minimum: '5.00',
  charges: [
    {
      key: 'calls',
      name: 'API calls',
      meter: 'api-calls',
      price: {
        model: 'graduated',
        currency: 'USD',
        tiers: [
          { upTo: '100', unitAmount: '0' },
          { upTo: null, unitAmount: '0.0005' },
        ],
      },
    },
  ],
};

export const planInAdvance = {
  ...plan,
  key: 'web-base',
  charges: [
    {
      key: 'base',
      name: 'Base fee',
      price: { model: 'flat', currency: 'USD', amount: '5.00' },
      timing: 'in_advance',
    },
    ...plan.charges,
  ],
};

export const customer = { key: 'acme', name: 'Acme', currency: 'USD', timeZone: 'Europe/Berlin' };
