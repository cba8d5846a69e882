/**
 * Spreads partitions over the members of a group, as evenly as possible and with as few moves as possible: a member keeps
 * what it has up to its share. Pure.
 */
export function assignPartitions(
  partitionCount: number,
  members: readonly string[],
  current: ReadonlyMap<string, readonly number[]>,
): Map<string, number[]> {
  const next = new Map<string, number[]>(members.map((member) => [member, []]));
  if (members.length === 0) return next;
  const least = Math.floor(partitionCount / members.length);
  let larger = partitionCount % members.length;
  const kept = new Set<number>();
  // Members that hold more come first, so that the larger shares go to those who need not move anything.
  const byHolding = [...members].sort(
    (left, right) => (current.get(right)?.length ?? 0) - (current.get(left)?.length ?? 0),
  );
  const shares = new Map<string, number>();
  for (const member of byHolding) {
    const share = larger > 0 ? least + 1 : least;
    larger--;
    shares.set(member, share);
    for (const partition of (current.get(member) ?? []).slice(0, share)) {
      if (partition >= partitionCount || kept.has(partition)) continue;
      kept.add(partition);
      next.get(member)?.push(partition);
    }
  }
  const free = Array.from({ length: partitionCount }, (_, partition) => partition).filter(
    (partition) => !kept.has(partition),
  );
  for (const member of byHolding) {
    const held = next.get(member) ?? [];
    while (held.length < (shares.get(member) ?? 0)) held.push(free.shift() as number);
    held.sort((left, right) => left - right);
  }
  return next;
}
