export { failpoint } from './failpoint.ts';
export { failpointNames, failpoints } from './failpoints.ts';
export type { Failpoint } from './failpoints.ts';
