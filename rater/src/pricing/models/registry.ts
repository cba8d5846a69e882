import { flat } from './flat.ts';
import { graduated } from './graduated.ts';
import { perUnit } from './per-unit.ts';
import type { PriceModel } from './price-model.ts';
import { volume } from './volume.ts';

/** Every price model by its public name. A new one is a file and a line here. */
export const priceModels: Readonly<Record<string, PriceModel>> = {
  flat,
  per_unit: perUnit,
  graduated,
  volume,
};
