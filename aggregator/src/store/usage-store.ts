import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { UsageStore } from '@tidemark/rater/ports';
import { countEvents } from './count-events.ts';
import { findOwners } from './find-owners.ts';
import { readChargeTotals } from './read-charge-totals.ts';
import { readOwners } from './read-owners.ts';
import { readProgress } from './read-progress.ts';
import { readUsageEvents } from './read-usage-events.ts';

/** The rater's view of what is stored; each read is one file of this folder. */
export function createUsageStore(clickHouse: ClickHouse): UsageStore {
  return {
    readProgress: () => readProgress(clickHouse),
    countEvents: (bound) => countEvents(clickHouse, bound),
    readOwners: (range) => readOwners(clickHouse, range),
    findOwners: (query) => findOwners(clickHouse, query),
    readChargeTotals: (query) => readChargeTotals(clickHouse, query),
    readUsageEvents: (query) => readUsageEvents(clickHouse, query),
  };
}
