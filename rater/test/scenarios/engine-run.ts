/**
 * Drives one partition's engine over a log without the consumer loop: the same tasks, cut into batches where the test says,
 * so that laws about batching and replay can be tried by the hundred.
 */
import type { OwnerColumns, StoredUsageEvent } from '../../src/ports.ts';
import { packRecords } from '../../src/pool/packed-records.ts';
import type { RateTask, RatingFailure, RatingReply } from '../../src/pool/protocol.ts';
import { RatingEngine } from '../../src/pool/rating-engine.ts';
import type { RatingEngineSettings } from '../../src/pool/rating-engine.ts';
import type { MemoryCatalog } from '../fakes/memory-catalog.ts';
import type { MemoryEventLog } from '../fakes/memory-event-log.ts';
import type { MemoryUsageStore } from '../fakes/memory-usage-store.ts';
import { engineSettings } from '../fakes/usage-scene.ts';

const address = { partition: 0, assignment: 1 };

export interface EngineRunOptions {
  readonly log: MemoryEventLog;
  readonly store: MemoryUsageStore;
  readonly catalog: MemoryCatalog;
  readonly settings?: RatingEngineSettings;
}

export class EngineRun {
  readonly #options: EngineRunOptions;
  readonly engine: RatingEngine;
  next = 0;

  constructor(options: EngineRunOptions) {
    this.#options = options;
    this.engine = new RatingEngine(options.settings ?? engineSettings);
  }

  /** Recovers at the store's progress, as an actor does. */
  async open(): Promise<void> {
    const { log, store, catalog } = this.#options;
    const [progress = null] = await store.readProgress();
    const changes = json((await catalog.snapshot(progress?.epoch ?? 0)).changes);
    const { incarnation, partitionCount } = log;
    this.#expect(
      { kind: 'open', ...address, incarnation, partitionCount, progress, changes },
      'done',
    );
    const below = progress?.next ?? 0;
    for await (const owners of store.readOwners({ incarnation, partition: 0, from: 0, below })) {
      this.#expect({ kind: 'load-owners', ...address, owners }, 'done');
    }
    for await (const rows of store.readChargeTotals({ incarnation, partition: 0, below })) {
      this.#expect({ kind: 'load-totals', ...address, rows: json(rows) }, 'done');
    }
    const plan = this.#expect({ kind: 'plan-recovery', ...address }, 'queries');
    await this.#feed(plan.queries);
    this.next = this.#expect({ kind: 'prove', ...address }, 'proven').figures.next;
  }

  /** Rates up to `to` in one task after the other and flushes after each of the given offsets. */
  async rate(to: number, flushAfter: ReadonlySet<number> = new Set()): Promise<void> {
    let confirmed: RateTask['confirmed'] = null;
    while (this.next < to) {
      let end = this.next + 1;
      while (end < to && !flushAfter.has(end - 1)) end++;
      const records = packRecords(this.#options.log.slice(0, this.next, end - this.next));
      const reply = this.#expect({ kind: 'rate', ...address, records, confirmed }, 'rated');
      confirmed = null;
      this.next = reply.figures.next;
      if (reply.stop === null) {
        if (flushAfter.has(this.next - 1)) await this.flush();
        continue;
      }
      if (reply.stop.kind === 'marker') await this.#passMarker(reply.stop.marker.epoch);
      else if (reply.stop.kind === 'confirm')
        confirmed = await this.#confirm(reply.stop.fingerprints);
      else throw new Error(`stopped by ${reply.stop.kind}`);
    }
  }

  async flush(options: { readonly progress?: boolean } = {}): Promise<void> {
    const { batch } = this.#expect({ kind: 'take-batch', ...address }, 'batch');
    await this.#options.store.writeRows(batch.blocks);
    if (options.progress ?? true) await this.#options.store.writeProgress([batch.progress]);
  }

  async #passMarker(epoch: number): Promise<void> {
    await this.flush();
    const changes = json(await this.#options.catalog.changes(epoch));
    const plan = this.#expect({ kind: 'begin-epoch', ...address, epoch, changes }, 'queries');
    await this.#feed(plan.queries);
    const [record] = this.#options.log.slice(0, this.next, 1);
    const { offset, logTimeMs, value } = record!;
    const task = { kind: 'finish-epoch', ...address, offset, logTimeMs, value } as const;
    this.next = this.#expect(task, 'rated').figures.next;
  }

  async #confirm(fingerprints: Uint8Array): Promise<RateTask['confirmed']> {
    await this.flush();
    const { log, store } = this.#options;
    const query = { incarnation: log.incarnation, partition: 0, below: this.next, fingerprints };
    const owners: OwnerColumns = await store.findOwners(query);
    return { offset: this.next, owners };
  }

  async #feed(queries: Extract<RatingReply, { kind: 'queries' }>['queries']): Promise<void> {
    for (const query of queries) {
      for await (const events of this.#options.store.readUsageEvents(query)) {
        const stored: StoredUsageEvent[] = events;
        this.#expect({ kind: 'add-stored-events', ...address, events: json(stored) }, 'done');
      }
    }
  }

  #expect<Kind extends RatingReply['kind']>(
    task: Parameters<RatingEngine['handle']>[0],
    kind: Kind,
  ): Extract<RatingReply, { kind: Kind }> {
    const reply: RatingReply | RatingFailure = this.engine.handle(task);
    if (reply.kind !== kind) throw new Error(`${task.kind}: ${JSON.stringify(reply)}`);
    return reply as Extract<RatingReply, { kind: Kind }>;
  }
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
