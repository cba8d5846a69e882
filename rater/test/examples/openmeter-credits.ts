// What OpenMeter's credit engine tests expect of grants, priorities, expiries and refills.
import type { Grant } from '../oracle/case-types.ts';
import type { ExampleRow } from './example-row.ts';

const OM_RESET = 'openmeterio/openmeter openmeter/credit/engine/reset_test.go';
const OM_RECURRENCE = 'openmeterio/openmeter pkg/timeutil/recurrence_test.go';
const OM_CREDIT = 'openmeterio/openmeter openmeter/credit/engine/run_test.go';
const T1 = '2024-01-01T00:00:00Z';
const grant = (id: string, more: Partial<Grant> = {}): Grant => ({
  id,
  amount: '100',
  priority: 1,
  startsAt: T1,
  expiresAt: '2024-01-31T00:00:00Z',
  ...more,
});
interface CreditRow {
  grants: Grant[];
  /** `[time, amount]`. */
  usage: [string, string][];
  from?: string;
  to: string;
  resets?: string[];
  keepOverage?: true;
  carryOverage?: true;
  expected: Record<string, unknown>;
}
const creditRow = (says: string, row: CreditRow, source: string = OM_CREDIT): ExampleRow => ({
  source,
  says,
  input: {
    kind: 'credits',
    grants: row.grants,
    usage: row.usage.map(([time, amount]) => ({ time, amount })),
    period: { from: row.from ?? T1, to: row.to },
    ...(row.resets === undefined ? {} : { resets: row.resets }),
    ...(row.keepOverage === undefined ? {} : { keepOverage: true }),
    ...(row.carryOverage === undefined ? {} : { carryOverage: true }),
  },
  expected: row.expected,
});
const OM_ENTITLEMENT = 'openmeterio/openmeter openmeter/entitlement/metered/reset_test.go';
const TWO = '2024-01-01T02:00:00Z';
const FIVE = '2024-01-01T05:00:00Z';
const fourDays = { startsAt: TWO, expiresAt: '2024-01-04T00:00:00Z', amount: '1000' };
const entitlementResets: ExampleRow[] = [
  ...(
    [
      ['2100', { 'grant-1': '0', 'grant-2': '400' }, '0'],
      ['2600', { 'grant-1': '0', 'grant-2': '0' }, '100'],
    ] as const
  ).map(([amount, balances, overage]) =>
    creditRow(
      `an overage of ${amount} from before the grants, kept at a reset`,
      {
        grants: [
          grant('grant-1', { ...fourDays, rollover: { min: '0', max: '1000' } }),
          grant('grant-2', { ...fourDays, priority: 3, rollover: { min: '500', max: '500' } }),
        ],
        usage: [['2024-01-01T00:01:00Z', amount]],
        to: FIVE,
        resets: [FIVE],
        keepOverage: true,
        carryOverage: true,
        expected: { balances, overage },
      },
      OM_ENTITLEMENT,
    ),
  ),
  creditRow(
    'a grant that starts at the instant of a reset keeps its amount',
    {
      grants: [
        grant('grant-1', { ...fourDays, rollover: { min: '0', max: '0' } }),
        grant('grant-2', { ...fourDays, startsAt: FIVE, rollover: { min: '0', max: '1000' } }),
      ],
      usage: [],
      to: FIVE,
      resets: [FIVE],
      expected: { balances: { 'grant-1': '0', 'grant-2': '1000' } },
    },
    OM_ENTITLEMENT,
  ),
  creditRow(
    'a grant that expires at the instant of a reset does not roll over',
    {
      grants: [grant('grant-1', { ...fourDays, rollover: { min: '0', max: '1000' } })],
      usage: [],
      to: '2024-01-04T00:00:00Z',
      resets: ['2024-01-04T00:00:00Z'],
      expected: { balances: { 'grant-1': '0' } },
    },
    OM_ENTITLEMENT,
  ),
  creditRow('a refill is not made again when another grant starts', {
    grants: [
      grant('grant-1', { refill: { every: 'day', anchor: '2024-01-02T00:00:00Z' } }),
      grant('grant-2', { priority: 2, startsAt: '2024-01-02T01:00:00Z' }),
    ],
    usage: [
      ['2024-01-02T00:30:00Z', '30'],
      ['2024-01-02T01:30:00Z', '20'],
    ],
    to: '2024-01-02T02:00:00Z',
    expected: { balances: { 'grant-1': '50', 'grant-2': '100' } },
  }),
];

export const creditRows: ExampleRow[] = [
  ...entitlementResets,
  creditRow('overage without grants', {
    grants: [],
    usage: [['2024-01-01T01:00:00Z', '50']],
    to: '2024-01-31T00:00:00Z',
    expected: { overage: '50', balances: {} },
  }),
  creditRow('one grant', {
    grants: [grant('grant-1', { expiresAt: '2024-02-15T00:00:00Z' })],
    usage: [['2024-01-01T01:00:00Z', '50']],
    to: '2024-01-31T00:00:00Z',
    expected: { balances: { 'grant-1': '50' }, consumed: { 'grant-1': '50' }, overage: '0' },
  }),
  creditRow('a grant that starts later', {
    grants: [
      grant('grant-1', { startsAt: '2024-01-11T00:00:00Z', expiresAt: '2024-02-10T00:00:00Z' }),
    ],
    usage: [['2024-01-01T01:00:00Z', '50']],
    to: '2024-01-06T00:00:00Z',
    expected: { balances: { 'grant-1': '0' }, overage: '50' },
  }),
  creditRow('a grant of the past', {
    grants: [
      grant('grant-1', { startsAt: '2023-01-01T00:00:00Z', expiresAt: '2023-01-02T00:00:00Z' }),
    ],
    usage: [['2024-01-01T01:00:00Z', '50']],
    to: '2024-01-06T00:00:00Z',
    expected: { balances: { 'grant-1': '0' }, overage: '50' },
  }),
  creditRow('ended in the middle', {
    grants: [grant('grant-1', { expiresAt: '2024-01-01T01:00:00Z' })],
    usage: [
      ['2024-01-01T00:59:00Z', '50'],
      ['2024-01-01T01:01:00Z', '50'],
    ],
    to: '2024-01-06T00:00:00Z',
    expected: { balances: { 'grant-1': '0' }, consumed: { 'grant-1': '50' }, overage: '50' },
  }),
  creditRow('two grants', {
    grants: [grant('grant-1'), grant('grant-2')],
    usage: [['2024-01-01T01:00:00Z', '200']],
    to: '2024-01-02T00:00:00Z',
    expected: { balances: { 'grant-1': '0', 'grant-2': '0' }, overage: '0' },
  }),
  creditRow('the priority decides', {
    grants: [grant('grant-2', { priority: 2 }), grant('grant-1')],
    usage: [['2024-01-01T01:00:00Z', '120']],
    to: '2024-01-02T00:00:00Z',
    expected: { balances: { 'grant-1': '0', 'grant-2': '80' } },
  }),
  creditRow('the earlier expiry decides', {
    grants: [grant('grant-2', { expiresAt: '2124-01-01T00:00:00Z' }), grant('grant-1')],
    usage: [['2024-01-01T01:00:00Z', '120']],
    to: '2024-01-02T00:00:00Z',
    expected: { balances: { 'grant-1': '0', 'grant-2': '80' } },
  }),
  creditRow('a daily refill pays the overage of the day before', {
    grants: [grant('grant-1', { refill: { every: 'day' } })],
    usage: [['2024-01-01T01:00:00Z', '120']],
    to: '2024-01-02T01:00:00Z',
    carryOverage: true,
    expected: { balances: { 'grant-1': '80' }, overage: '0' },
  }),
  creditRow('a grant pays the overage from before its start', {
    grants: [grant('grant-1')],
    usage: [
      ['2023-12-31T23:00:00Z', '25'],
      ['2024-01-01T01:00:00Z', '25'],
    ],
    from: '2023-12-31T00:00:00Z',
    to: '2024-01-02T00:00:00Z',
    carryOverage: true,
    expected: { balances: { 'grant-1': '50' } },
  }),
  creditRow(
    'a balance rolls over at a reset, up to its most',
    {
      grants: [grant('grant-1', { rollover: { min: '0', max: '50' } })],
      usage: [['2024-01-01T01:00:00Z', '10']],
      to: '2024-01-02T00:00:00Z',
      resets: ['2024-01-01T05:00:00Z'],
      expected: { balances: { 'grant-1': '50' }, overage: '0' },
    },
    OM_RESET,
  ),
  creditRow(
    'overage kept at a reset is taken from what rolled over',
    {
      grants: [grant('grant-1', { rollover: { min: '50', max: '50' } })],
      usage: [
        ['2024-01-01T01:00:00Z', '10'],
        ['2024-01-01T02:00:00Z', '100'],
      ],
      to: '2024-01-02T00:00:00Z',
      resets: ['2024-01-01T05:00:00Z'],
      keepOverage: true,
      carryOverage: true,
      expected: { balances: { 'grant-1': '40' }, overage: '0' },
    },
    OM_RESET,
  ),
  creditRow(
    'a reset at the end of the period has happened',
    {
      grants: [grant('grant-1', { rollover: { min: '0', max: '50' } })],
      usage: [['2024-01-01T01:00:00Z', '10']],
      to: '2024-01-02T00:00:00Z',
      resets: ['2024-01-02T00:00:00Z'],
      expected: { balances: { 'grant-1': '50' } },
    },
    OM_RESET,
  ),
  creditRow(
    'a refill wins over a reset at the same instant',
    {
      grants: [grant('grant-1', { refill: { every: 'day' } })],
      usage: [['2024-01-01T01:00:00Z', '10']],
      to: '2024-01-02T00:00:00Z',
      resets: ['2024-01-02T00:00:00Z'],
      expected: { balances: { 'grant-1': '100' } },
    },
    OM_RESET,
  ),
  ...(
    [
      // Used on the last day of a month before the hour of the refill, and read at the hour.
      ['2025-02-28T14:59:59Z', '2025-02-28T15:00:00Z', '100'],
      ['2025-02-28T14:59:59Z', '2025-02-28T14:59:59.5Z', '90'],
      ['2025-03-30T15:00:00Z', '2025-03-31T14:59:59Z', '90'],
      ['2025-03-30T15:00:00Z', '2025-03-31T15:00:00Z', '100'],
      ['2025-09-30T14:00:00Z', '2025-09-30T15:00:00Z', '100'],
    ] as const
  ).map(([used, to, balance]) =>
    creditRow(
      `a monthly refill from the 31st, used ${used}, read ${to}`,
      {
        grants: [
          {
            id: 'grant-1',
            amount: '100',
            startsAt: '2025-01-31T15:00:00Z',
            refill: { every: 'month' },
          },
        ],
        usage: [[used, '10']],
        from: '2025-01-31T15:00:00Z',
        to,
        expected: { balances: { 'grant-1': balance } },
      },
      OM_RECURRENCE,
    ),
  ),
];
