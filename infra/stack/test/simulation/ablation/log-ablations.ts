/** Guards against a log that is not what it was, or not what it says. */
import {
  columnsEvent,
  ColumnsBuilder,
  crcOf,
  decodeLogRecord,
  encodeControl,
  encodeEnvelope,
} from '@tidemark/ingest/contract';
import type { EventLog, LogAppend, LogRecord } from '@tidemark/ingest/log';
import { rulesVersion } from '@tidemark/rater/catalog';
import type { UsageStore } from '@tidemark/rater/ports';
import type { LogDistortion } from '../fakes/log-client.ts';
import { startMs } from '../scenario/scenario.ts';
import { installationKeys } from '../world/world.ts';
import type { World } from '../world/world.ts';
import type { Ablation } from './ablation.ts';

export const logAblations: readonly Ablation[] = [
  {
    guard: 'crc',
    accident: 'corrupt-record',
    seed: 2,
    shows: 'twice',
    distortions: { raterLog: readUnchecked },
  },
  {
    guard: 'mac',
    accident: 'forged-record',
    seed: 2,
    shows: 'lost',
    distortions: { raterLog: readUnchecked },
  },
  {
    guard: 'gap-halt',
    accident: 'trimmed-log',
    seed: 2,
    shows: 'undue',
    distortions: { raterLog: fillGaps },
  },
  {
    guard: 'log-end',
    accident: 'truncated-log',
    seed: 2,
    shows: 'undue',
    distortions: {
      raterLog: (world) => ({ end: (partition) => world.greatestProgress(partition) }),
    },
  },
  {
    guard: 'last-record',
    accident: 'rewritten-log',
    seed: 2,
    shows: 'lost',
    distortions: { store: believeLastRecord },
  },
  {
    guard: 'incarnation',
    accident: 'recreated-log',
    seed: 2,
    shows: 'stuck',
    distortions: { incarnations: false },
  },
  {
    guard: 'loss-detector',
    accident: 'lost-record',
    seed: 2,
    shows: 'due',
    distortions: { append: promiseNothing },
  },
  {
    guard: 'catalog-hash',
    accident: 'other-catalog',
    seed: 2,
    shows: 'lost',
    distortions: { catalogHashes: false },
  },
];

/** Records are read as if nobody looked at their checksum or seal. */
function readUnchecked({ unchecked }: World): LogDistortion {
  return {
    record: (record) => {
      const believed = unchecked.get(`${record.partition}@${record.offset}`);
      return believed === undefined ? record : { ...record, ...believed };
    },
  };
}

/** In place of what retention has taken comes something that a rater passes over. */
function fillGaps(): LogDistortion {
  const marker = { type: 'catalog-epoch', epoch: 0, rulesVersion, changesHash: '' } as const;
  const message = encodeControl(marker, installationKeys);
  return {
    filler: (partition, offset): LogRecord => ({
      partition,
      offset,
      key: null,
      ...message,
      logTimeMs: startMs,
    }),
  };
}

/** The last record that was rated is whatever stands there now. */
function believeLastRecord(store: UsageStore, _world: World, log: EventLog): UsageStore {
  return {
    ...store,
    readProgress: async () => {
      const rows = await store.readProgress();
      return Promise.all(
        rows.map(async (row) => {
          let { lastCrc } = row;
          if (row.next === 0) return row;
          for await (const records of log.read(row.partition, row.next - 1, row.next)) {
            for (const { value } of records) lastCrc = crcOf(value);
          }
          return { ...row, lastCrc };
        }),
      );
    },
  };
}

/** Envelopes that do not say what was acknowledged before them. */
function promiseNothing(append: LogAppend): LogAppend {
  const message = decodeLogRecord(append, installationKeys);
  if (message.kind !== 'envelope') return append;
  const builder = new ColumnsBuilder();
  for (let row = 0; row < message.columns.count; row++) {
    builder.add(columnsEvent(message.columns, row));
  }
  const gateway = { ...message.gateway, ackedThrough: 0 };
  return {
    ...append,
    ...encodeEnvelope(builder.build(), gateway, message.backfill, installationKeys),
  };
}
