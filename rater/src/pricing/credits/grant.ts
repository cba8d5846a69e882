/** Credit grants: amounts a customer may use, each with its own life and rules. */
import type { Cadence } from '../../calendar/cadence.ts';
import type { Rational } from '../../money/index.ts';

export interface Grant {
  readonly id: string;
  /** Balance from its start. */
  readonly amount: Rational;
  /** Lower burns first. */
  readonly priority: number;
  /** Alive from here, integer microseconds. */
  readonly startsAt: number;
  /** Dead from here; `undefined`: never. */
  readonly expiresAt: number | undefined;
  readonly createdAt: number | undefined;
  readonly refill: Refill | undefined;
  /** What a reset keeps of the balance; `undefined`: nothing. */
  readonly rollover: { readonly min: Rational; readonly max: Rational } | undefined;
  /** Taken in whole multiples of this. */
  readonly increment: Rational | undefined;
}

/** Sets the balance to `amount` at `anchor` + k x `every`, k at least 1. */
export interface Refill {
  readonly every: Cadence;
  readonly amount: Rational;
  readonly anchor: number;
  /** Path of `every` in the JSON, for errors. */
  readonly path: string;
}

/** The order in which grants burn: lower priority number, earlier expiry (none last), earlier creation, id. */
export function burnOrder(left: Grant, right: Grant): number {
  return (
    left.priority - right.priority ||
    compareTimes(left.expiresAt ?? Infinity, right.expiresAt ?? Infinity) ||
    compareTimes(left.createdAt ?? -Infinity, right.createdAt ?? -Infinity) ||
    (left.id < right.id ? -1 : 1)
  );
}

function compareTimes(left: number, right: number): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
