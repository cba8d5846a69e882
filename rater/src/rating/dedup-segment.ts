/**
 * The two forms of one generation of the dedup index: `OwnerSegment` knows the owner of each identity (28 bytes a slot),
 * `TagSegment` only remembers 32 more bits of each (4 bytes a slot), so a hit must be confirmed in the store. Both are open
 * addressing with linear probing at a load of at most 3/4, in typed arrays: no object, no work for the garbage collector.
 */
import { assert } from '@tidemark/platform/errors';

/** Lanes of a slot: fingerprint 0-3, offset low, offset high and index, payload check. */
const lanesPerSlot = 7;
export const ownerSlotBytes = lanesPerSlot * 4;
export const tagSlotBytes = 4;
/** Share of the slots that may be taken. */
export const loadMax = 0.75;

/** Offsets below 2^46 and indices below 2^18 - 1 share two lanes; the index is stored plus one, so 0 marks a free slot. */
const indexUnit = 0x4_0000;
export const offsetMax = 2 ** 46 - 1;
const indexMax = indexUnit - 2;

export interface IdentityOwner {
  offset: number;
  index: number;
  /** The low 32 bits of the payload hash. */
  payloadCheck: number;
}

export const answerNew = 0;
export const answerOwner = 1;
export const answerUnknown = 2;

/** What the index knows of each row of a record; reused from record to record. */
export class DedupAnswers {
  /** `answerNew`, `answerOwner` or `answerUnknown` a row. */
  kinds = new Uint8Array(1024);
  offsets = new Float64Array(1024);
  indices = new Uint32Array(1024);
  payloadChecks = new Uint32Array(1024);
  /** Where a segment puts what it found, for `setOwner`. */
  readonly owner: IdentityOwner = { offset: 0, index: 0, payloadCheck: 0 };

  /** Room for `count` rows, all of them new. */
  reset(count: number): void {
    if (this.kinds.length < count) {
      this.kinds = new Uint8Array(count);
      this.offsets = new Float64Array(count);
      this.indices = new Uint32Array(count);
      this.payloadChecks = new Uint32Array(count);
    } else this.kinds.fill(answerNew, 0, count);
  }

  /** Valid until the next call. */
  ownerOf(row: number): IdentityOwner {
    this.owner.offset = this.offsets[row] ?? 0;
    this.owner.index = this.indices[row] ?? 0;
    this.owner.payloadCheck = this.payloadChecks[row] ?? 0;
    return this.owner;
  }

  setOwner(row: number): void {
    this.kinds[row] = answerOwner;
    this.offsets[row] = this.owner.offset;
    this.indices[row] = this.owner.index;
    this.payloadChecks[row] = this.owner.payloadCheck;
  }
}

export class OwnerSegment {
  readonly #slots: Uint32Array<ArrayBuffer>;
  readonly #mask: number;
  readonly capacity: number;
  count = 0;
  /** Greatest offset of an owner in here. */
  offsetMax = -1;

  /** `slotCount` is a power of two. */
  constructor(slotCount: number) {
    assert((slotCount & (slotCount - 1)) === 0, 'A segment has a power of two of slots.');
    this.#slots = new Uint32Array(slotCount * lanesPerSlot);
    this.#mask = slotCount - 1;
    this.capacity = Math.floor(slotCount * loadMax);
  }

  get byteSize(): number {
    return this.#slots.byteLength;
  }

  get full(): boolean {
    return this.count >= this.capacity;
  }

  /** Fills `owner` when the identity is in here. */
  find(lanes: Uint32Array, at: number, owner: IdentityOwner): boolean {
    const slots = this.#slots;
    const a = lanes[at];
    const b = lanes[at + 1];
    const c = lanes[at + 2];
    const d = lanes[at + 3];
    for (let slot = (a ?? 0) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const base = slot * lanesPerSlot;
      const packed = slots[base + 5] ?? 0;
      if (packed === 0) return false;
      if (
        slots[base] === a &&
        slots[base + 1] === b &&
        slots[base + 2] === c &&
        slots[base + 3] === d
      ) {
        owner.index = (packed % indexUnit) - 1;
        owner.offset = Math.floor(packed / indexUnit) * 0x1_0000_0000 + (slots[base + 4] ?? 0);
        owner.payloadCheck = slots[base + 6] ?? 0;
        return true;
      }
    }
  }

  /**
   * Asks for every row whose answer is still `answerNew`. One loop over all rows keeps several cache misses in flight at
   * once, which a lookup followed by other work cannot: on large tables it is worth a factor of three.
   */
  findAll(lanes: Uint32Array, count: number, answers: DedupAnswers): void {
    const slots = this.#slots;
    const { kinds, owner } = answers;
    for (let row = 0; row < count; row++) {
      const at = row * 4;
      const first = lanes[at] ?? 0;
      const base = (first & this.#mask) * lanesPerSlot;
      // Nearly all rows end here: their slot is free, or taken by one that nothing follows.
      if (kinds[row] !== answerNew || slots[base + 5] === 0) continue;
      if (this.find(lanes, at, owner)) answers.setOwner(row);
    }
  }

  /** The identity must not be in here and the segment not be full. */
  insert(lanes: Uint32Array, at: number, owner: Readonly<IdentityOwner>): void {
    assert(owner.offset <= offsetMax && owner.index <= indexMax, 'A coordinate is out of range.');
    const slots = this.#slots;
    const base = this.#freeSlot(lanes[at] ?? 0);
    slots[base] = lanes[at] ?? 0;
    slots[base + 1] = lanes[at + 1] ?? 0;
    slots[base + 2] = lanes[at + 2] ?? 0;
    slots[base + 3] = lanes[at + 3] ?? 0;
    slots[base + 4] = owner.offset % 0x1_0000_0000;
    slots[base + 5] = Math.floor(owner.offset / 0x1_0000_0000) * indexUnit + owner.index + 1;
    slots[base + 6] = owner.payloadCheck;
    this.count++;
    if (owner.offset > this.offsetMax) this.offsetMax = owner.offset;
  }

  /** Copies every owner into a larger segment. */
  copyTo(target: OwnerSegment): void {
    const slots = this.#slots;
    for (let base = 0; base < slots.length; base += lanesPerSlot) {
      if (slots[base + 5] === 0) continue;
      const free = target.#freeSlot(slots[base] ?? 0);
      for (let lane = 0; lane < lanesPerSlot; lane++) {
        target.#slots[free + lane] = slots[base + lane] ?? 0;
      }
    }
    target.count += this.count;
    target.offsetMax = Math.max(target.offsetMax, this.offsetMax);
  }

  /** Where an identity that begins with this lane goes; its first lane's position. */
  #freeSlot(first: number): number {
    const slots = this.#slots;
    let base = (first & this.#mask) * lanesPerSlot;
    while (slots[base + 5] !== 0)
      base = base + lanesPerSlot === slots.length ? 0 : base + lanesPerSlot;
    return base;
  }

  /** The same slots with a tag each instead of the owner. */
  toTags(): TagSegment {
    const slotCount = this.#mask + 1;
    const tags = new Uint32Array(slotCount);
    for (let slot = 0; slot < slotCount; slot++) {
      const base = slot * lanesPerSlot;
      // Lane 3 is independent of lane 0, which chose the slot. 0 means free, so a tag of 0 becomes 1.
      if (this.#slots[base + 5] !== 0) tags[slot] = (this.#slots[base + 3] ?? 0) || 1;
    }
    return new TagSegment(tags, this.count, this.offsetMax);
  }
}

export class TagSegment {
  readonly #tags: Uint32Array<ArrayBuffer>;
  readonly #mask: number;
  readonly count: number;
  readonly offsetMax: number;

  constructor(tags: Uint32Array<ArrayBuffer>, count: number, offsetMax: number) {
    this.#tags = tags;
    this.#mask = tags.length - 1;
    this.count = count;
    this.offsetMax = offsetMax;
  }

  get byteSize(): number {
    return this.#tags.byteLength;
  }

  /** False: certainly not in here. True: probably (about one wrong answer in 2^30 lookups). */
  mayHave(lanes: Uint32Array, at: number): boolean {
    const tag = (lanes[at + 3] ?? 0) || 1;
    for (let slot = (lanes[at] ?? 0) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const found = this.#tags[slot];
      if (found === 0) return false;
      if (found === tag) return true;
    }
  }
}
