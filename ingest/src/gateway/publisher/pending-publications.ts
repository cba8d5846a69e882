/**
 * The publications that the log has not settled yet. Each is answered in bounded time; because all have the same bound, the
 * oldest is the next one due, and one timer serves all. (A timer and a race of promises for each publication cost more
 * than the publication of one event, and a race leaves a reaction behind on every promise that outlives it.)
 */
import { logUnavailable, PublishTicket } from './publish-ticket.ts';
import type { Scheduler } from './scheduler.ts';

export class PendingPublications {
  readonly #scheduler: Scheduler;
  readonly #answerTimeoutMs: number;
  readonly #onSettled: (ticket: PublishTicket) => void;
  readonly #unsettled = new Set<PublishTicket>();
  /** The part of them that is not answered either, oldest first. */
  readonly #unanswered = new Set<PublishTicket>();
  #cancelTimer: (() => void) | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(given: {
    readonly scheduler: Scheduler;
    readonly answerTimeoutMs: number;
    readonly onSettled: (ticket: PublishTicket) => void;
  }) {
    this.#scheduler = given.scheduler;
    this.#answerTimeoutMs = given.answerTimeoutMs;
    this.#onSettled = given.onSettled;
  }

  /** A publication begins. */
  open(bytes: number): PublishTicket {
    const dueMs = this.#scheduler.nowMs() + this.#answerTimeoutMs;
    const ticket = new PublishTicket(bytes, dueMs, this.#settle);
    this.#unsettled.add(ticket);
    this.#unanswered.add(ticket);
    if (this.#cancelTimer === undefined) this.#setTimer(dueMs);
    return ticket;
  }

  /** Resolves when the log has settled all; to be called once, when no more are opened. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#unsettled.size === 0) resolve();
      else this.#onEmpty = resolve;
    });
  }

  /** Answers what waits still as of unknown outcome, and waits for nothing any more. */
  giveUp(reason: Error): void {
    for (const ticket of this.#unanswered) ticket.giveUp(logUnavailable(reason));
    this.#unanswered.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  readonly #settle = (ticket: PublishTicket): void => {
    this.#unsettled.delete(ticket);
    this.#unanswered.delete(ticket);
    this.#onSettled(ticket);
    if (this.#unsettled.size === 0) this.#onEmpty?.();
  };

  #setTimer(dueMs: number): void {
    const delayMs = Math.max(0, dueMs - this.#scheduler.nowMs());
    this.#cancelTimer = this.#scheduler.schedule(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#answerOverdue();
    });
  }

  #answerOverdue(): void {
    const nowMs = this.#scheduler.nowMs();
    for (const ticket of this.#unanswered) {
      if (ticket.dueMs > nowMs) {
        this.#setTimer(ticket.dueMs);
        return;
      }
      this.#unanswered.delete(ticket);
      const message = `No acknowledgement in ${this.#answerTimeoutMs} ms.`;
      ticket.giveUp(logUnavailable(new Error(message)));
    }
  }
}
