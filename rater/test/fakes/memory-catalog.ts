/** The control plane in memory: numbered epochs of changes, and the markers that announce them. */
import { encodeControl } from '@tidemark/ingest/contract';
import type { InstallationKeys } from '@tidemark/ingest/contract';
import { AppError } from '@tidemark/platform/errors';
import { hashCatalogChanges, rulesVersion } from '../../src/catalog/index.ts';
import type { CatalogChange, CatalogSnapshot } from '../../src/catalog/index.ts';
import type { CatalogSource } from '../../src/ports.ts';
import type { MemoryEventLog } from './memory-event-log.ts';

export class MemoryCatalog implements CatalogSource {
  readonly #epochs: (readonly CatalogChange[])[] = [];
  down = false;

  /** Adds an epoch and answers its number. */
  add(changes: readonly CatalogChange[]): number {
    return this.#epochs.push(changes);
  }

  /** Adds an epoch and appends its marker to every partition. */
  publish(
    log: MemoryEventLog,
    changes: readonly CatalogChange[],
    keys: InstallationKeys,
    logTimeMs: number,
  ): number {
    const epoch = this.add(changes);
    const marker = {
      type: 'catalog-epoch',
      epoch,
      rulesVersion,
      changesHash: hashCatalogChanges(changes),
    } as const;
    const record = encodeControl(marker, keys);
    for (let partition = 0; partition < log.partitionCount; partition++) {
      log.put({ partition, key: null, ...record }, logTimeMs);
    }
    return epoch;
  }

  async changes(epoch: number): Promise<readonly CatalogChange[]> {
    await this.#arrive();
    return this.#epochs[epoch - 1] ?? [];
  }

  async snapshot(epoch: number): Promise<CatalogSnapshot> {
    await this.#arrive();
    return { epoch, rulesVersion, changes: this.#epochs.slice(0, epoch).flat() };
  }

  async #arrive(): Promise<void> {
    await Promise.resolve();
    if (this.down) throw new AppError('unavailable', 'test/catalog-away', 'The catalog is away.');
  }
}
