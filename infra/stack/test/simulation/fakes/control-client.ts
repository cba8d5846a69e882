/**
 * What a process does with the control plane: publishes epochs, opens closes, and the ports that rater and close see. The
 * order of the steps is the protocol's (api/src/catalog/epoch-publisher.ts, api/src/invoices/close-ledger.ts); the process
 * may die between any two of them.
 */
import type { CloseLedger, CloseRequest, PeriodClose } from '@tidemark/aggregator/ports';
import { readProgress } from '@tidemark/aggregator/store';
import { encodeControl } from '@tidemark/ingest/contract';
import type { InstallationKeys } from '@tidemark/ingest/contract';
import type { EventLog } from '@tidemark/ingest/log';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { rulesVersion } from '@tidemark/rater/catalog';
import type { CatalogChange } from '@tidemark/rater/catalog';
import type { CatalogSource } from '@tidemark/rater/ports';
import type { SimulatedProcess } from '../engine/simulated-process.ts';
import type {
  CatalogEpoch,
  ControlPlane,
  LockedTransaction,
  OpenedClose,
} from './control-plane.ts';

export interface ControlOptions {
  readonly plane: ControlPlane;
  readonly process: SimulatedProcess;
  readonly log: EventLog;
  readonly store: ClickHouse;
  readonly keys: InstallationKeys;
  /** Whether a cut is taken under the lock, with every epoch acknowledged. */
  readonly cutUnderLock: boolean;
  /** What a marker says of the changes of its epoch. */
  readonly hashOf: (epoch: CatalogEpoch) => string;
}

export class ControlClient {
  readonly #options: ControlOptions;
  #publishing: Promise<void> | null = null;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Publishes what is pending and waits until every partition has passed it; calls at the same time share a run. */
  publish(): Promise<void> {
    this.#publishing ??= this.#publish().finally(() => {
      this.#publishing = null;
    });
    return this.#publishing;
  }

  async openClose(request: CloseRequest): Promise<PeriodClose> {
    const { plane, process, cutUnderLock } = this.#options;
    if (!cutUnderLock) {
      const opened = await this.#cut(request);
      return process.call('opens a close', () => plane.insertClose(opened));
    }
    for (;;) {
      const opened = await this.#locked(async (transaction) => {
        const unfinished = plane.findUnfinished(request);
        if (unfinished !== undefined) return unfinished;
        if (plane.pending.length > 0 || plane.acknowledged < plane.epochs.length) return null;
        const opened = await this.#cut(request);
        return process.call('opens a close', () =>
          plane.commit(transaction, () => plane.insertClose(opened)),
        );
      });
      if (opened !== null) return opened;
      await this.publish();
    }
  }

  async #cut(request: CloseRequest): Promise<OpenedClose> {
    const { log, process } = this.#options;
    const cutAfterMs = process.loop.nowMs;
    const offsets = await log.endOffsets();
    return { request, cut: { incarnation: log.incarnation, offsets }, cutAfterMs };
  }

  async #publish(): Promise<void> {
    const { plane, process, log, keys, hashOf } = this.#options;
    await this.#locked((transaction) =>
      process.call('assigns an epoch', () => plane.commit(transaction, () => plane.assign())),
    );
    if (plane.acknowledged === plane.epochs.length) return;
    const last = plane.epochs.length;
    await this.#locked(async (transaction) => {
      for (let epoch = plane.published + 1; epoch <= last; epoch++) {
        const changesHash = hashOf(plane.epochAt(epoch));
        const marker = { type: 'catalog-epoch', epoch, rulesVersion, changesHash } as const;
        const message = encodeControl(marker, keys);
        const partitions = Array.from({ length: log.partitionCount }, (_, partition) => partition);
        await log.append(partitions.map((partition) => ({ partition, key: null, ...message })));
      }
      await process.call('marks the epoch published', () =>
        plane.commit(transaction, () => {
          plane.published = Math.max(plane.published, last);
        }),
      );
    });
    await this.#reached(last);
    await process.call('acknowledges the epoch', () => {
      plane.acknowledged = Math.max(plane.acknowledged, last);
    });
  }

  async #reached(epoch: number): Promise<void> {
    const { log, process, store } = this.#options;
    let waitMs = 300;
    for (;;) {
      const rows = await readProgress(store);
      const reached = rows.filter(
        (row) => row.incarnation === log.incarnation && row.epoch >= epoch,
      );
      if (new Set(reached.map(({ partition }) => partition)).size === log.partitionCount) return;
      await new Promise<void>((resolve) => {
        process.after(waitMs, `${process.name} waits for epoch ${epoch}`, resolve);
      });
      waitMs = Math.min(waitMs * 2, 5000);
    }
  }

  async #locked<Result>(
    work: (transaction: LockedTransaction) => Promise<Result>,
  ): Promise<Result> {
    const { plane, process } = this.#options;
    const transaction = await process.call('locks the epochs', () => plane.lock(process));
    try {
      return await work(transaction);
    } finally {
      void process
        .call('ends its transaction', () => plane.rollback(transaction))
        .catch(() => {
          // The connection is closed in any case.
          plane.rollback(transaction);
        });
    }
  }
}

export function catalogSource(
  plane: ControlPlane,
  process: SimulatedProcess,
  distort: (changes: readonly CatalogChange[]) => readonly CatalogChange[] = (same) => same,
): CatalogSource {
  return {
    snapshot: (epoch) =>
      process.call('reads the catalog', () => ({
        epoch,
        rulesVersion,
        changes: plane.snapshot(epoch),
      })),
    changes: (epoch) =>
      process.call('reads an epoch', () => distort(plane.epochs[epoch - 1]?.changes ?? [])),
  };
}

export function closeLedger(
  plane: ControlPlane,
  process: SimulatedProcess,
  control: Pick<ControlClient, 'openClose'>,
): CloseLedger {
  return {
    openClose: (request) => control.openClose(request),
    readClose: (_tenant, id) => process.call('reads a close', () => plane.closes.get(id) ?? null),
    unfinishedCloses: () => process.call('looks for closes', () => plane.unfinishedCloses()),
    dueInstants: (close, after, limit) =>
      process.call('reads what is due', () => plane.dueInstants(close, after, limit)),
    issueInvoices: (close, drafts) =>
      process.call('issues invoices', () => plane.issue(close, drafts)),
    updateClose: (close, update) =>
      process.call('updates a close', () => plane.updateClose(close, update)),
    catalogMeters: (_tenant, epoch) => process.call('reads meters', () => plane.meters(epoch)),
  };
}
