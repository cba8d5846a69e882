// Cases that have to be refused with an error, and the place in the case that the error has to name.
import type { InvalidCase } from './invalid-case.ts';
import { tierCases, modelCases } from './invalid-prices.ts';
import { chargeCases, quantityCases, meterCases } from './invalid-usage.ts';
import { otherKinds, notCases } from './invalid-kinds.ts';

export const invalidCases: readonly InvalidCase[] = [
  ...tierCases,
  ...modelCases,
  ...chargeCases,
  ...quantityCases,
  ...meterCases,
  ...otherKinds,
  ...notCases,
];
