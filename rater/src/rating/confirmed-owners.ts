/** The store's answers about identities that the index could not decide, for the one record that asked. */
import type { OwnerColumns } from '../ports.ts';
import type { IdentityOwner } from './dedup-segment.ts';

export class ConfirmedOwners {
  /** Record that asked; answers of another record are never used. */
  readonly offset: number;
  readonly #owners = new Map<string, IdentityOwner>();

  constructor(offset: number, owners: OwnerColumns) {
    this.offset = offset;
    const lanes = lanesOf(owners.fingerprints);
    for (let row = 0; row < owners.count; row++) {
      const owner = {
        offset: owners.offsets[row] ?? 0,
        index: owners.indices[row] ?? 0,
        payloadCheck: Number((owners.payloadHashes[row] ?? 0n) & 0xffff_ffffn),
      };
      const key = fingerprintKey(lanes, row * 4);
      const known = this.#owners.get(key);
      // The first one owns the identity, should the store hold two.
      if (known === undefined || isBefore(owner, known.offset, known.index))
        this.#owners.set(key, owner);
    }
  }

  find(lanes: Uint32Array, at: number): IdentityOwner | undefined {
    return this.#owners.get(fingerprintKey(lanes, at));
  }
}

/** Whether the owner's coordinate is smaller than (offset, index). */
export function isBefore(owner: Readonly<IdentityOwner>, offset: number, index: number): boolean {
  return owner.offset < offset || (owner.offset === offset && owner.index < index);
}

/** Fingerprints as 32-bit lanes; copies, because a view needs an aligned buffer. */
export function lanesOf(fingerprints: Uint8Array): Uint32Array {
  return new Uint32Array(new Uint8Array(fingerprints).buffer);
}

function fingerprintKey(lanes: Uint32Array, at: number): string {
  return `${lanes[at] ?? 0}.${lanes[at + 1] ?? 0}.${lanes[at + 2] ?? 0}.${lanes[at + 3] ?? 0}`;
}
