/** Guards of the rating step, of recovery and of the order of writes. */
import { allRaterGuards } from '@tidemark/rater/partitions';
import type { RaterGuards, RatingPool } from '@tidemark/rater/partitions';
import type { UsageSink, UsageStore } from '@tidemark/rater/ports';
import type { Ablation } from './ablation.ts';

export const raterAblations: readonly Ablation[] = [
  {
    guard: 'owner-coordinate',
    seed: 46,
    shows: 'stuck',
    distortions: { raterGuards: without('ownerCoordinate'), raterStore: { sql: unboundOwners } },
  },
  {
    guard: 'accept-only-next',
    seed: 121,
    shows: 'lost',
    distortions: { raterGuards: without('acceptOnlyNext') },
  },
  {
    guard: 'state-counts',
    accident: 'lost-owner',
    seed: 4,
    shows: 'lost',
    distortions: { raterGuards: without('stateCounts') },
  },
  {
    guard: 'own-partition',
    accident: 'wrong-partition',
    seed: 2,
    shows: 'lost',
    distortions: { raterGuards: without('ownPartition') },
  },
  {
    guard: 'acceptance-window',
    seed: 7,
    shows: 'twice',
    distortions: { acceptedPastMs: 365 * 24 * 3_600_000 },
  },
  {
    guard: 'dedup-confirmation',
    seed: 6,
    shows: 'lost',
    distortions: { store: confirmNothing },
  },
  {
    guard: 'totals-below-progress',
    seed: 46,
    shows: 'lost',
    distortions: { store: believeTotalsAhead },
  },
  {
    guard: 'marker-re-rating',
    seed: 2,
    shows: 'lost',
    distortions: { pool: passMarkersUnrated },
  },
  {
    guard: 'progress-after-rows',
    seed: 116,
    shows: 'lost',
    distortions: { sink: progressBeforeRows },
  },
  {
    guard: 'repeated-writes',
    seed: 3,
    shows: 'lost',
    distortions: { sink: writeOnce },
  },
  {
    guard: 'greatest-version',
    seed: 9,
    shows: 'lost',
    distortions: { versions: false },
  },
];

function without(guard: keyof RaterGuards): RaterGuards {
  return { ...allRaterGuards, [guard]: false };
}

/** Owners are looked up at any coordinate: an event that was stored before its progress meets itself. */
function unboundOwners(sql: string): string {
  return sql.includes('event_owners') ? sql.replaceAll('{below:', '{anything:') : sql;
}

/** What the index has forgotten counts as never seen. */
function confirmNothing(store: UsageStore): UsageStore {
  return {
    ...store,
    findOwners: () =>
      Promise.resolve({
        count: 0,
        fingerprints: new Uint8Array(),
        offsets: new Float64Array(),
        indices: new Uint32Array(),
        payloadHashes: new BigUint64Array(),
      }),
  };
}

/** Totals of a flush that landed without its progress are taken as they are. */
function believeTotalsAhead(store: UsageStore): UsageStore {
  return {
    ...store,
    async *readChargeTotals(query) {
      for await (const rows of store.readChargeTotals(query)) {
        yield rows.map((row) => ({ ...row, version: Math.min(row.version, query.below) }));
      }
    },
  };
}

/** Usage that came before its price stays unrated. */
function passMarkersUnrated(pool: RatingPool): RatingPool {
  return {
    async run(task) {
      const reply = await pool.run(task);
      if (task.kind === 'begin-epoch' && reply.kind === 'queries') return { ...reply, queries: [] };
      return reply;
    },
    close: () => pool.close(),
  };
}

function progressBeforeRows(sink: UsageSink): UsageSink {
  let held: Parameters<UsageSink['writeRows']>[0] = {};
  return {
    writeRows(blocks) {
      held = blocks;
      return Promise.resolve();
    },
    async writeProgress(rows) {
      await sink.writeProgress(rows);
      await sink.writeRows(held);
      held = {};
    },
  };
}

/** A write that failed is not repeated. */
function writeOnce(sink: UsageSink): UsageSink {
  return {
    writeRows: (blocks) => sink.writeRows(blocks).catch(() => undefined),
    writeProgress: (rows) => sink.writeProgress(rows),
  };
}
