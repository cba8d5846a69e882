/** Usage by window, customer and dimensions. */
export { createUsageReads } from './read-usage.ts';
export type {
  UsageAnswer,
  UsageQuery,
  UsageReadOptions,
  UsageReads,
  UsageRow,
} from './read-usage.ts';
export type { UsageWindow } from './windows.ts';
export type { LogPosition } from '../store/log-position.ts';
