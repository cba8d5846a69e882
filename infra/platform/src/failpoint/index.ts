export { failpoint } from './failpoint.ts';
export type { Failpoint } from './failpoint.ts';
