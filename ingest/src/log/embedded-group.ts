/**
 * The consuming group of one embedded log: every consumer of the process is a member, partitions are spread over them,
 * and a change of members moves as few as it can. What a consumer holds, it reads by itself.
 */
import { assignPartitions } from './assign-partitions.ts';

export interface GroupMember {
  readonly id: string;
  /** Called synchronously, before anybody else gets the partitions. */
  take(partitions: readonly number[]): void;
  give(partitions: readonly number[]): void;
}

export class EmbeddedGroup {
  readonly #partitionCount: number;
  readonly #members: GroupMember[] = [];
  #assignment = new Map<string, number[]>();

  constructor(partitionCount: number) {
    this.#partitionCount = partitionCount;
  }

  join(member: GroupMember): void {
    this.#members.push(member);
    this.#rebalance();
  }

  /** The member's partitions go to the others; its own `take` is not called. */
  leave(member: GroupMember): void {
    const index = this.#members.indexOf(member);
    if (index < 0) return;
    this.#members.splice(index, 1);
    this.#assignment.delete(member.id);
    this.#rebalance();
  }

  #rebalance(): void {
    const before = this.#assignment;
    const after = assignPartitions(
      this.#partitionCount,
      this.#members.map(({ id }) => id),
      before,
    );
    this.#assignment = after;
    for (const member of this.#members) {
      const lost = without(before.get(member.id), after.get(member.id));
      if (lost.length > 0) member.take(lost);
    }
    for (const member of this.#members) {
      const gained = without(after.get(member.id), before.get(member.id));
      if (gained.length > 0) member.give(gained);
    }
  }
}

function without(partitions: readonly number[] = [], others: readonly number[] = []): number[] {
  return partitions.filter((partition) => !others.includes(partition));
}
