/**
 * Guards of the exactly-once protocol that live inside the rating step. All are on, always: no configuration reaches them.
 * The simulator takes one away at a time and must then find what it prevents (docs/reliability.md); a guard whose absence
 * nothing notices would not be proven.
 */
export interface RaterGuards {
  /** Only the record at `next` is applied. */
  readonly acceptOnlyNext: boolean;
  /** An event is a duplicate only of an owner with a smaller coordinate. */
  readonly ownerCoordinate: boolean;
  /** Events of another partition's customers are buried. */
  readonly ownPartition: boolean;
  /** A rebuilt state is accepted only with as many events as progress promises. */
  readonly stateCounts: boolean;
}

export const allRaterGuards: RaterGuards = Object.freeze({
  acceptOnlyNext: true,
  ownerCoordinate: true,
  ownPartition: true,
  stateCounts: true,
});
