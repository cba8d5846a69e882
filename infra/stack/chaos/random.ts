/** A small seeded generator (mulberry32): the same seed gives the same run of numbers on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, bound). */
  below(bound: number): number;
  pick<Item>(items: readonly Item[]): Item;
  chance(probability: number): boolean;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mixed(state) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    pick: <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item,
    chance: (probability) => next() < probability,
  };
}

/** A number of 32 bits that depends on every bit of both arguments; for what must be known again without being kept. */
export function hashOf(left: number, right: number): number {
  return mixed((mixed(left >>> 0) ^ Math.imul(right >>> 0, 0x9e3779b1)) >>> 0);
}

function mixed(value: number): number {
  let mixing = value;
  mixing = Math.imul(mixing ^ (mixing >>> 15), mixing | 1);
  mixing ^= mixing + Math.imul(mixing ^ (mixing >>> 7), mixing | 61);
  return (mixing ^ (mixing >>> 14)) >>> 0;
}
