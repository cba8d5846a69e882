/** Feeds stored events to a rating thread, query by query and chunk by chunk. */
import type { UsageEventQuery } from '../ports.ts';
import { jsonBytes, rebuildAfter } from './partition-context.ts';
import type { Interruption, PartitionContext } from './partition-context.ts';

/** Rejects when the store is away: what was fed so far must then be started again. */
export async function feedStoredEvents(
  context: PartitionContext,
  assignment: number,
  queries: readonly UsageEventQuery[],
): Promise<Interruption | null> {
  const { partition, pool, store, signal } = context;
  for (const query of queries) {
    for await (const events of store.readUsageEvents(query)) {
      signal.throwIfAborted();
      const kind = 'add-stored-events';
      const reply = await pool.run({ kind, partition, assignment, events: jsonBytes(events) });
      if (reply.kind !== 'done') return rebuildAfter(reply);
    }
  }
  return null;
}
