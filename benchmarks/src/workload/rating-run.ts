/** A rating engine with partitions at the start of a log, for benchmarks of the rating step alone. */
import { defaultAcceptanceWindow } from '@tidemark/ingest/contract';
import type { LogAppend } from '@tidemark/ingest/log';
import type { CatalogChange } from '@tidemark/rater/catalog';
import { packRecords, RatingEngine } from '@tidemark/rater/engine';
import { defaultDedupLimits } from '@tidemark/rater/partitions';
import type { RowBlocks } from '@tidemark/rater/rows';
import { WrongResult } from '../lib/comparison.ts';
import { keys } from './catalog.ts';

type Blocks = Record<string, Uint8Array[]>;

export class RatingRun {
  readonly #engine = new RatingEngine({
    keys,
    acceptance: defaultAcceptanceWindow,
    dedupLimits: defaultDedupLimits,
  });
  readonly #offsets: number[];

  constructor(partitions: number, incarnation: number, changes: readonly CatalogChange[]) {
    this.#offsets = new Array<number>(partitions).fill(1);
    const utf8 = new TextEncoder();
    for (let partition = 0; partition < partitions; partition++) {
      const to = { partition, assignment: 1 };
      this.#handle({
        kind: 'open',
        ...to,
        incarnation,
        partitionCount: partitions,
        progress: null,
        changes: utf8.encode('[]'),
      });
      this.#handle({ kind: 'prove', ...to });
      const encoded = utf8.encode(JSON.stringify(changes));
      this.#handle({ kind: 'begin-epoch', ...to, epoch: 1, changes: encoded });
      const value = utf8.encode('{}');
      this.#handle({ kind: 'finish-epoch', ...to, offset: 0, logTimeMs: Date.now(), value });
    }
  }

  /** Records as tasks of the engine, to be given to `rate` in this order, once. */
  prepare(records: readonly LogAppend[]): { partition: number; records: Uint8Array }[] {
    const logTimeMs = Date.now();
    return records.map(({ partition, key, value, headers }) => {
      const offset = this.#offsets[partition] ?? 0;
      this.#offsets[partition] = offset + 1;
      const packed = packRecords([{ offset, logTimeMs, key, value, headers }]);
      return { partition, records: packed };
    });
  }

  rate({ partition, records }: { partition: number; records: Uint8Array }): void {
    this.#handle({ kind: 'rate', partition, assignment: 1, records, confirmed: null });
  }

  /** The rows since the last time. */
  take(): RowBlocks {
    const blocks: Blocks = {};
    for (let partition = 0; partition < this.#offsets.length; partition++) {
      const reply = this.#engine.handle({ kind: 'take-batch', partition, assignment: 1 });
      if (reply.kind !== 'batch') throw new WrongResult(`The engine answered ${reply.kind}.`);
      for (const [table, some] of Object.entries(reply.batch.blocks)) {
        (blocks[table] ??= []).push(...some);
      }
    }
    return blocks;
  }

  #handle(task: Parameters<RatingEngine['handle']>[0]): void {
    const reply = this.#engine.handle(task);
    const stopped = reply.kind === 'rated' && reply.stop !== null;
    if (
      reply.kind === 'fault' ||
      reply.kind === 'no-state' ||
      reply.kind === 'differs' ||
      stopped
    ) {
      throw new WrongResult(`The engine answered ${JSON.stringify(reply)}.`);
    }
  }
}
