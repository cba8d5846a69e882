// Figures from the test suites of open billing systems, as cases of ours. Each row names the repository and the test; where a
// suite bills in parts, the row states the whole, or the parts as billing runs.
import type { ExampleRow } from './example-row.ts';
import { openMeterTiers } from './openmeter-tiers.ts';
import { openMeterOthers, unitConfigs, allocations } from './openmeter-prices.ts';
import { deltaRows } from './openmeter-deltas.ts';
import { creditRows } from './openmeter-credits.ts';
import { lago, lagoMeters, lagoCoupons, lagoTaxes } from './lago-cases.ts';
import { flexpriceRows, fpRoundings, fpChanges, dstDays } from './flexprice-cases.ts';
import { invoiceRows } from './invoice-cases.ts';
import { roundingRows } from './rounding-cases.ts';
import { killBillRows, polarRows, meteroidRows } from './other-cases.ts';

export const peerCases: readonly ExampleRow[] = [
  ...openMeterTiers,
  ...openMeterOthers,
  ...unitConfigs,
  ...allocations,
  ...deltaRows,
  ...creditRows,
  ...lago,
  ...lagoMeters,
  ...lagoCoupons,
  ...lagoTaxes,
  ...flexpriceRows,
  ...fpRoundings,
  ...fpChanges,
  ...dstDays,
  ...killBillRows,
  ...polarRows,
  ...meteroidRows,
  ...invoiceRows,
  ...roundingRows,
];
