import { dynamic } from './dynamic.ts';
import { flat } from './flat.ts';
import { graduatedPercentage } from './graduated-percentage.ts';
import { graduated } from './graduated.ts';
import { matrixPrice } from './matrix.ts';
import { packagePrice } from './package.ts';
import { perUnit } from './per-unit.ts';
import { percentage } from './percentage.ts';
import type { PriceModel } from './price-model.ts';
import { stairstep } from './stairstep.ts';
import { tieredPackage } from './tiered-package.ts';
import { volume } from './volume.ts';

/** Every price model by its public name. A new one is a file and a line here. */
export const priceModels: Readonly<Record<string, PriceModel>> = {
  flat,
  per_unit: perUnit,
  graduated,
  volume,
  stairstep,
  package: packagePrice,
  tiered_package: tieredPackage,
  percentage,
  graduated_percentage: graduatedPercentage,
  dynamic,
  matrix: matrixPrice,
};
