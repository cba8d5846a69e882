/**
 * One partition's way into the log. Events gather in an open batch (one for live events, one for backfill); a batch is
 * cut when it is full or old enough, and appended as one envelope with the next sequence.
 *
 * How long a batch waits adapts by itself: with nothing in flight it goes after the short linger, unless several publications
 * have met in it by then, which makes it wait for more; while an append is in flight the next batch gathers until that one is
 * acknowledged, at most for the long linger. So an idle gateway answers fast, and a busy one makes large envelopes: by the
 * pace of a slow log, and with a fast one all the same.
 *
 * When an append fails, its publications are told that the outcome is unknown, and the lane repeats the very same record
 * until the log has it (docs/adr/0021). Until then it takes nothing new: the log is not working.
 */
import { failpoint } from '@tidemark/platform/failpoint';
import { isAppError } from '@tidemark/platform/errors';
import type { EventColumns } from '../../contract/event-columns.ts';
import type { PlainEvents } from '../../contract/plain-events.ts';
import type { AcceptedEvent } from '../../contract/usage-event.ts';
import type { LogAppend } from '../../log/event-log.ts';
import type { LaneDependencies } from './lane-options.ts';
import { OpenBatch } from './open-batch.ts';
import { logUnavailable } from './publish-ticket.ts';
import type { PublishTicket } from './publish-ticket.ts';
import { SequenceLedger } from './sequence-ledger.ts';

interface SentRecord {
  readonly record: LogAppend;
  readonly sequence: number;
  /** The numbering it belongs to; the lane may have begun another one since. */
  readonly ledger: SequenceLedger;
}

export class PartitionLane {
  readonly #partition: number;
  readonly #given: LaneDependencies;
  #ledger = new SequenceLedger();
  /** Counts the numberings of this lane; part of the gateway id on the wire. */
  #numbering = 0;
  readonly #open: { live: OpenBatch | undefined; backfill: OpenBatch | undefined } = {
    live: undefined,
    backfill: undefined,
  };
  /** Batches that are cut and wait for an append to end. */
  #cut: OpenBatch[] = [];
  #cutBytes = 0;
  #appendsInFlight = 0;
  /** Those of the appends in flight that have failed before. */
  #repeating = 0;
  readonly #wakeRepetitions = new Set<() => void>();
  #timer: { readonly dueMs: number; readonly cancel: () => void } | undefined;
  #state: 'open' | 'draining' | 'abandoned' = 'open';

  constructor(partition: number, given: LaneDependencies) {
    this.#partition = partition;
    this.#given = given;
  }

  get ledger(): Pick<SequenceLedger, 'lastAssigned' | 'ackedThrough'> {
    return this.#ledger;
  }

  /** Records whose append failed and that are not in the log yet. */
  get repeating(): number {
    return this.#repeating;
  }

  get queuedBytes(): number {
    return this.#cutBytes + (this.#open.live?.bytes ?? 0) + (this.#open.backfill?.bytes ?? 0);
  }

  get hasRoom(): boolean {
    return this.queuedBytes < this.#given.limits.queuedBytesMax;
  }

  /** Adds one event; the caller calls `schedule` after the last one. */
  add(event: AcceptedEvent, backfill: boolean, ticket: PublishTicket): void {
    const batch = this.#openBatch(backfill);
    batch.add(event, ticket);
    if (batch.isFull) this.#cutBatch(batch);
  }

  /** Adds event `index` of `events`; the caller calls `schedule` after the last one. */
  addPlain(events: PlainEvents, index: number, backfill: boolean, ticket: PublishTicket): void {
    const batch = this.#openBatch(backfill);
    batch.addPlain(events, index, ticket);
    if (batch.isFull) this.#cutBatch(batch);
  }

  /** Adds rows of columns; the caller calls `schedule` after the last call. */
  addRows(
    columns: EventColumns,
    rows: Uint32Array,
    backfill: boolean,
    ticket: PublishTicket,
  ): void {
    for (let from = 0; from < rows.length;) {
      const batch = this.#openBatch(backfill);
      from = batch.addRows(columns, rows, from, ticket);
      // Rows are left over only when the batch could not take the next one.
      if (batch.isFull || from < rows.length) this.#cutBatch(batch);
    }
  }

  /** Appends what is ready and sets the timer for what is not. */
  schedule(): void {
    // The end of a repetition calls this again.
    if (this.#repeating > 0) {
      this.#setTimer(undefined);
      return;
    }
    const { scheduler, limits } = this.#given;
    this.#cutReady(scheduler.nowMs());
    while (this.#appendsInFlight < limits.appendsInFlightMax) {
      const next = this.#cut.shift();
      if (next === undefined) break;
      this.#cutBytes -= next.bytes;
      void this.#append(next);
    }
    // While all appends are in flight, the end of one of them calls this again.
    const mayAppend = this.#appendsInFlight < limits.appendsInFlightMax;
    this.#setTimer(mayAppend ? this.#nextDueMs() : undefined);
  }

  /** From now on batches do not wait. */
  drain(): void {
    if (this.#state === 'open') this.#state = 'draining';
    this.schedule();
  }

  /** Fails what waits, and ends repetitions; an append in flight still settles its publications if it comes back. */
  abandon(reason: Error): void {
    this.#state = 'abandoned';
    this.#setTimer(undefined);
    const waiting = [...this.#cut, this.#open.live, this.#open.backfill];
    this.#cut = [];
    this.#cutBytes = 0;
    this.#open.live = undefined;
    this.#open.backfill = undefined;
    for (const batch of waiting) batch?.settle(logUnavailable(reason));
    for (const wake of [...this.#wakeRepetitions]) wake();
  }

  /** Every publication comes by here, so a timer that is right stays. */
  #setTimer(dueMs: number | undefined): void {
    if (this.#timer?.dueMs === dueMs) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (dueMs === undefined) return;
    const { scheduler } = this.#given;
    const cancel = scheduler.schedule(Math.max(0, dueMs - scheduler.nowMs()), () => {
      this.#timer = undefined;
      this.schedule();
    });
    this.#timer = { dueMs, cancel };
  }

  #openBatch(backfill: boolean): OpenBatch {
    const open = backfill ? this.#open.backfill : this.#open.live;
    if (open !== undefined) return open;
    const batch = new OpenBatch(backfill, this.#given.scheduler.nowMs());
    this.#open[backfill ? 'backfill' : 'live'] = batch;
    return batch;
  }

  #cutBatch(batch: OpenBatch): void {
    this.#open[batch.backfill ? 'backfill' : 'live'] = undefined;
    this.#cut.push(batch);
    this.#cutBytes += batch.bytes;
  }

  /** Cuts open batches that are old enough, as long as one more append may start. */
  #cutReady(nowMs: number): void {
    for (const batch of [this.#open.live, this.#open.backfill]) {
      const starting = this.#appendsInFlight + this.#cut.length;
      if (batch === undefined || starting >= this.#given.limits.appendsInFlightMax) continue;
      if (nowMs >= this.#dueMs(batch)) this.#cutBatch(batch);
    }
  }

  #nextDueMs(): number | undefined {
    const { live, backfill } = this.#open;
    if (live === undefined) return backfill === undefined ? undefined : this.#dueMs(backfill);
    if (backfill === undefined) return this.#dueMs(live);
    return Math.min(this.#dueMs(live), this.#dueMs(backfill));
  }

  #dueMs(batch: OpenBatch): number {
    if (this.#state !== 'open') return batch.openedAtMs;
    const { lingerIdleMs, lingerBusyMs, lingerLoadedMs, busyPublications } = this.#given.limits;
    if (this.#appendsInFlight > 0) return batch.openedAtMs + lingerLoadedMs;
    const isBusy = batch.publications >= busyPublications;
    return batch.openedAtMs + (isBusy ? lingerBusyMs : lingerIdleMs);
  }

  async #append(batch: OpenBatch): Promise<void> {
    const { metrics, logger } = this.#given;
    this.#appendsInFlight += 1;
    const seconds = metrics.appendSeconds.startTimer({});
    let sent: SentRecord | undefined;
    try {
      sent = this.#seal(batch);
      failpoint('gateway/before-append');
      await this.#given.log.append([sent.record]);
      failpoint('gateway/after-append');
      sent.ledger.acknowledge(sent.sequence);
      metrics.envelopes.inc({ outcome: 'acknowledged' });
      metrics.envelopeEvents.observe({}, batch.count);
      batch.settle();
    } catch (error) {
      metrics.envelopes.inc({ outcome: 'unknown' });
      logger.warn({ err: error, partition: this.#partition }, 'append failed');
      batch.settle(logUnavailable(error));
      if (sent !== undefined) await this.#repeat(sent, error);
    } finally {
      seconds();
      this.#appendsInFlight -= 1;
      this.schedule();
    }
  }

  /** Appends the same envelope until the log has it; the copies that this may make are duplicates to every reader. */
  async #repeat(sent: SentRecord, firstError: unknown): Promise<void> {
    const { limits, log, logger, metrics } = this.#given;
    let error = firstError;
    let delayMs = limits.repeatDelayMinMs;
    this.#repeating += 1;
    for (;;) {
      if (isAppError(error) && !error.retryable) {
        this.#beginNumbering(error);
        break;
      }
      await this.#waitToRepeat(delayMs);
      if (this.#isAbandoned()) break;
      delayMs = Math.min(delayMs * 2, limits.repeatDelayMaxMs);
      try {
        await log.append([this.#given.restamp?.(sent.record) ?? sent.record]);
        sent.ledger.acknowledge(sent.sequence);
        metrics.envelopes.inc({ outcome: 'repeated' });
        break;
      } catch (repeatError) {
        error = repeatError;
        logger.warn({ err: error, partition: this.#partition }, 'append failed again');
      }
    }
    this.#repeating -= 1;
  }

  /**
   * The log will never take this record, so its number stays open for ever. A new numbering under a new id keeps the
   * loss detector sharp for what follows; about the old one nothing beyond its last mark is claimed.
   */
  #beginNumbering(error: unknown): void {
    this.#numbering += 1;
    this.#ledger = new SequenceLedger();
    this.#given.logger.error(
      { err: error, partition: this.#partition },
      'the log refuses an envelope for good',
    );
  }

  /** Ends early when the lane is abandoned. */
  #waitToRepeat(delayMs: number): Promise<void> {
    if (this.#isAbandoned()) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#wakeRepetitions.delete(wake);
        resolve();
      };
      const cancel = this.#given.scheduler.schedule(delayMs, wake);
      this.#wakeRepetitions.add(wake);
    });
  }

  #isAbandoned(): boolean {
    return this.#state === 'abandoned';
  }

  #seal(batch: OpenBatch): SentRecord {
    const columns = batch.build();
    const ledger = this.#ledger;
    const { gatewayId, seal } = this.#given;
    const sequence = ledger.assign();
    const sealed = seal(columns, {
      backfill: batch.backfill,
      gateway: {
        gatewayId: this.#numbering === 0 ? gatewayId : `${gatewayId}.${this.#numbering}`,
        sequence,
        ackedThrough: ledger.ackedThrough,
      },
    });
    return { record: { partition: this.#partition, key: null, ...sealed }, sequence, ledger };
  }
}
