// Every family of random cases with its weight: the share of a run that it gets.
import type fc from 'fast-check';
import {
  barePriceCaseArb,
  percentageCaseArb,
  quantitiesCaseArb,
  quantityCaseArb,
  refundCaseArb,
  snapshotsCaseArb,
  summedCaseArb,
} from './arbitrary-charges.ts';
import {
  creditsCaseArb,
  incrementCaseArb,
  overageCaseArb,
  overdraftCaseArb,
  refusedCaseArb,
} from './arbitrary-credits.ts';
import {
  allocateCaseArb,
  cappedInvoiceCaseArb,
  convertCaseArb,
  creditNoteCaseArb,
  invoiceCaseArb,
  limitedAllocateCaseArb,
  roundCaseArb,
} from './arbitrary-invoices.ts';
import {
  carriedMeterCaseArb,
  eventsChargeCaseArb,
  eventTransactionsCaseArb,
  expressionCaseArb,
  matrixCaseArb,
  meterCaseArb,
  uniqueCountCaseArb,
} from './arbitrary-meters.ts';
import { changeCaseArb, proratedChargeCaseArb, prorationCaseArb } from './arbitrary-periods.ts';
import type { OracleCase } from './case-types.ts';

export interface CaseFamily {
  readonly name: string;
  readonly cases: fc.Arbitrary<OracleCase>;
  readonly weight: number;
}

export const caseFamilies: readonly CaseFamily[] = [
  { name: 'bare prices at a quantity', cases: barePriceCaseArb, weight: 4 },
  { name: 'charges with all adjustments at a quantity', cases: quantityCaseArb, weight: 4 },
  { name: 'several quantities', cases: quantitiesCaseArb, weight: 1 },
  { name: 'billing runs of one period', cases: snapshotsCaseArb, weight: 2 },
  { name: 'percentage transactions', cases: percentageCaseArb, weight: 2 },
  { name: 'percentage transactions with refunds', cases: refundCaseArb, weight: 1 },
  { name: 'dynamic and graduated percentage sums', cases: summedCaseArb, weight: 1 },
  { name: 'prorated charges', cases: proratedChargeCaseArb, weight: 2 },
  { name: 'meters', cases: meterCaseArb, weight: 2 },
  { name: 'meters that go on from an earlier period', cases: carriedMeterCaseArb, weight: 1 },
  { name: 'unique counts', cases: uniqueCountCaseArb, weight: 1 },
  { name: 'expressions', cases: expressionCaseArb, weight: 1 },
  { name: 'charges over events', cases: eventsChargeCaseArb, weight: 2 },
  { name: 'events as transactions', cases: eventTransactionsCaseArb, weight: 1 },
  { name: 'matrix prices', cases: matrixCaseArb, weight: 1 },
  { name: 'conversions', cases: convertCaseArb, weight: 2 },
  { name: 'roundings', cases: roundCaseArb, weight: 2 },
  { name: 'prorations', cases: prorationCaseArb, weight: 2 },
  { name: 'plan changes', cases: changeCaseArb, weight: 2 },
  { name: 'allocations', cases: allocateCaseArb, weight: 2 },
  { name: 'allocations limited to their weights', cases: limitedAllocateCaseArb, weight: 1 },
  { name: 'invoices', cases: invoiceCaseArb, weight: 4 },
  { name: 'invoices under a plan maximum', cases: cappedInvoiceCaseArb, weight: 1 },
  { name: 'credits', cases: creditsCaseArb, weight: 2 },
  { name: 'credits with carried overage', cases: overageCaseArb, weight: 1 },
  { name: 'credits with an overdraft', cases: overdraftCaseArb, weight: 1 },
  { name: 'credits that refuse', cases: refusedCaseArb, weight: 1 },
  { name: 'credits in increments', cases: incrementCaseArb, weight: 1 },
  { name: 'credit notes', cases: creditNoteCaseArb, weight: 1 },
];
