/**
 * Raters as far as the control plane can see them: they read the markers from the log and follow their rule, that only the
 * next epoch is accepted, older ones are ignored and a jump is a fault.
 */
import { decodeLogRecord } from '@tidemark/ingest/contract';
import type { InstallationKeys } from '@tidemark/ingest/contract';
import type { EventLog } from '@tidemark/ingest/log';
import { hashCatalogChanges } from '@tidemark/rater/catalog';
import type { CatalogSource } from '@tidemark/rater/ports';
import type { ProgressReader } from '../../src/ports.ts';

export class MarkerRaters implements ProgressReader {
  /** While true, nothing is processed: the raters are down. */
  paused = false;
  readonly epochs: number[];
  keys: InstallationKeys | null = null;
  source: CatalogSource | null = null;
  readonly #log: EventLog;
  readonly #next: number[];

  constructor(log: EventLog) {
    this.#log = log;
    this.epochs = Array.from({ length: log.partitionCount }, () => 0);
    this.#next = this.epochs.map(() => 0);
  }

  async readProgress(): Promise<{ incarnation: number; partition: number; epoch: number }[]> {
    if (!this.paused) await this.process();
    return this.epochs.map((epoch, partition) => ({
      incarnation: this.#log.incarnation,
      partition,
      epoch,
    }));
  }

  async process(): Promise<void> {
    const { keys } = this;
    if (keys === null) return;
    const ends = await this.#log.endOffsets();
    for (const [partition, end] of ends.entries()) {
      for await (const records of this.#log.read(partition, this.#next[partition] ?? 0, end)) {
        for (const record of records) {
          const message = decodeLogRecord(record, keys);
          if (message.kind === 'control') {
            await this.#take(partition, message.control.epoch, message.control.changesHash);
          }
        }
      }
      this.#next[partition] = end;
    }
  }

  async #take(partition: number, epoch: number, changesHash: string): Promise<void> {
    const own = this.epochs[partition] ?? 0;
    if (epoch <= own) return;
    if (epoch !== own + 1) throw new Error(`partition ${partition}: epoch ${epoch} after ${own}`);
    const changes = await this.source?.changes(epoch);
    if (changes !== undefined && hashCatalogChanges(changes) !== changesHash) {
      throw new Error(`epoch ${epoch}: the changes are not those that were published`);
    }
    this.epochs[partition] = epoch;
  }
}
