export { rulesVersion } from './catalog-change.ts';
export type {
  CatalogChange,
  CatalogSnapshot,
  MeterChange,
  PlanVersionChange,
  SubscriptionChange,
  SubscriptionPhase,
} from './catalog-change.ts';
export { hashCatalogChanges } from './changes-hash.ts';
