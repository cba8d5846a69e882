/**
 * Takes a partition past an epoch marker, after everything before the marker is durable:
 *
 *   load the changes -> prove that they are the published ones -> compute the changed totals from stored events -> go on
 */
import type { CatalogEpochMarker } from '@tidemark/ingest/contract';
import type { LogRecord } from '@tidemark/ingest/log';
import { failpoint } from '@tidemark/platform/failpoint';
import { hashCatalogChanges, rulesVersion } from '../catalog/index.ts';
import type { StateFigures } from '../pool/protocol.ts';
import { jsonBytes, readPatiently, rebuildAfter } from './partition-context.ts';
import type { Interruption, PartitionContext } from './partition-context.ts';
import { feedStoredEvents } from './stored-events.ts';
import { changesOf } from './recovery.ts';

export type EpochPassed =
  { readonly kind: 'passed'; readonly figures: StateFigures } | Interruption;

/** Retries while catalog or store are away; rejects when one fails for good or the signal aborts. */
export async function passEpoch(
  context: PartitionContext,
  assignment: number,
  marker: CatalogEpochMarker,
  record: LogRecord,
): Promise<EpochPassed> {
  const { partition, pool, log, catalogSource } = context;
  const { epoch } = marker;
  if (marker.rulesVersion !== rulesVersion) {
    const detail = `Epoch ${epoch} needs rating rules ${marker.rulesVersion}, this rater has ${rulesVersion}.`;
    return { kind: 'halt', reason: 'rater/unknown-rules-version', detail };
  }
  failpoint('rater/marker-reached');
  const all = await readPatiently(context, `catalog epoch ${epoch}`, () =>
    catalogSource.changes(epoch),
  );
  if (hashCatalogChanges(all) !== marker.changesHash) {
    const detail = `The changes of epoch ${epoch} are not those that were published.`;
    return { kind: 'halt', reason: 'rater/catalog-differs', detail };
  }
  const changes = changesOf(partition, log.partitionCount, all);
  failpoint('rater/marker-loaded');
  const interruption = await readPatiently(context, 'usage events', async () => {
    const kind = 'begin-epoch';
    const plan = await pool.run({
      kind,
      partition,
      assignment,
      epoch,
      changes: jsonBytes(changes),
    });
    if (plan.kind !== 'queries') return rebuildAfter(plan);
    return await feedStoredEvents(context, assignment, plan.queries);
  });
  if (interruption !== null) return interruption;
  const { offset, logTimeMs } = record;
  const kind = 'finish-epoch';
  // A copy: the value is a slice of a buffer that would be cloned as a whole.
  const value = new Uint8Array(record.value);
  const reply = await pool.run({
    kind,
    partition,
    assignment,
    offset,
    logTimeMs,
    value,
  });
  if (reply.kind !== 'rated') return rebuildAfter(reply);
  failpoint('rater/marker-passed');
  return { kind: 'passed', figures: reply.figures };
}
