/**
 * Accidents that the protocol must see: after each of them a halt or an alarm is due, with the reason given here, and none
 * where there is no accident. Once it is seen an operator mends the cause, and everything must go on.
 */
import type { Random } from '../engine/random.ts';

const accidentKinds = [
  /** A record of ours is damaged at rest. */
  'corrupt-record',
  /** Somebody who does not have the key writes what looks like an envelope. */
  'forged-record',
  /** An envelope lands on another partition than its own. */
  'wrong-partition',
  /** A foreign producer writes something that is no event. */
  'unreadable-record',
  /** Retention passes the position of the raters. */
  'trimmed-log',
  /** The end of the log is gone. */
  'truncated-log',
  /** The end of the log is gone, and other records stand there. */
  'rewritten-log',
  /** Another life of the log answers under the name of this one. */
  'recreated-log',
  /** The log acknowledges a record and does not keep it. */
  'lost-record',
  /** The index of owners has lost a row that was acknowledged. */
  'lost-owner',
  /** A stored event is gone when a rater starts. */
  'lost-row',
  /** A stored event is gone when a period is closed. */
  'lost-event',
  /** A row that tells what became of an envelope is gone. */
  'lost-outcome',
  /** A stored event was replaced by another one. */
  'altered-event',
  /** A row of the stream's totals is gone. */
  'lost-total',
  /** The store adds up wrongly. */
  'wrong-sum',
  /** A catalog answers other changes than those that were published. */
  'other-catalog',
] as const;

export type AccidentKind = (typeof accidentKinds)[number];

export interface Accident {
  readonly kind: AccidentKind;
  /** Where in the run: 0 to 1. */
  readonly at: number;
}

export function pickAccident(random: Random, wanted?: AccidentKind): Accident | null {
  const happens = random.chance(0.4);
  const kind = random.pick(accidentKinds);
  const at = random.next();
  if (wanted !== undefined) return { kind: wanted, at };
  return happens ? { kind, at } : null;
}
