// What OpenMeter's credit engine tests expect of grants, priorities, expiries and refills.
import type { Grant } from '../oracle/case-types.ts';
import type { ExampleRow } from './example-row.ts';

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
  carryOverage?: true;
  expected: Record<string, unknown>;
}
const creditRow = (says: string, row: CreditRow): ExampleRow => ({
  source: OM_CREDIT,
  says,
  input: {
    kind: 'credits',
    grants: row.grants,
    usage: row.usage.map(([time, amount]) => ({ time, amount })),
    period: { from: row.from ?? T1, to: row.to },
    ...(row.carryOverage === undefined ? {} : { carryOverage: true }),
  },
  expected: row.expected,
});
export const creditRows: ExampleRow[] = [
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
];
