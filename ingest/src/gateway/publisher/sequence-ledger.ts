/**
 * The sequence numbers of one gateway for one partition, and the promise that the loss detector rests on:
 *
 *   an envelope that says `ackedThrough = n` was sent after the log had acknowledged every sequence 1..n. So a reader
 *   that meets it must have met all of them at lower offsets; a missing one is a loss, without waiting or guessing.
 *
 * Envelopes are in flight at the same time and are acknowledged in any order, so the mark is the end of the acknowledged
 * prefix, not the greatest acknowledged number. A number whose append failed holds the mark back; the lane repeats that
 * very record until the log has it. A number is never given to other content: had the first record landed after all, the
 * second could go missing unseen.
 */
import { assert } from '@tidemark/platform/errors';

export class SequenceLedger {
  #lastAssigned = 0;
  #ackedThrough = 0;
  /** Acknowledged numbers above the mark; fewer than there are appends in flight. */
  readonly #acknowledgedAhead = new Set<number>();

  get lastAssigned(): number {
    return this.#lastAssigned;
  }

  get ackedThrough(): number {
    return this.#ackedThrough;
  }

  /** The number of the next envelope; from 1 without a gap. */
  assign(): number {
    this.#lastAssigned += 1;
    return this.#lastAssigned;
  }

  /** The log acknowledged the record with this number. */
  acknowledge(sequence: number): void {
    assert(
      sequence > this.#ackedThrough &&
        sequence <= this.#lastAssigned &&
        !this.#acknowledgedAhead.has(sequence),
      `Sequence ${sequence} was acknowledged twice or never assigned.`,
    );
    this.#acknowledgedAhead.add(sequence);
    while (this.#acknowledgedAhead.delete(this.#ackedThrough + 1)) this.#ackedThrough += 1;
  }
}
