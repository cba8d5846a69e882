/**
 * The exact dedup index of one partition: identity fingerprint -> owner coordinate. Full-sized generations fill one after the
 * other and never move or double. When the memory bound is reached, the oldest generation shrinks to tags (a hit must then be
 * confirmed in the store), and later leaves, which raises `completeFrom`. Whatever was forgotten, an answer is never wrong:
 * it becomes `unknown`, and the caller asks the store (docs/adr/0041).
 */
import { assert } from '@tidemark/platform/errors';
import {
  OwnerSegment,
  answerNew,
  answerUnknown,
  loadMax,
  ownerSlotBytes,
  tagSlotBytes,
} from './dedup-segment.ts';
import type { DedupAnswers, IdentityOwner, TagSegment } from './dedup-segment.ts';

export interface DedupLimits {
  /** Bytes of generations that know their owners. */
  readonly ownerBytesMax: number;
  /** Bytes of generations shrunk to tags. */
  readonly tagBytesMax: number;
}

/** 37 bytes an owner and 5.3 a tag at full load: about 14 million and 48 million ids. */
export const defaultDedupLimits: DedupLimits = {
  ownerBytesMax: 512 * 1024 * 1024,
  tagBytesMax: 256 * 1024 * 1024,
};

/** `owner`: see `DedupIndex.owner`. `unknown`: only the store can tell. */
export type DedupAnswer = 'owner' | 'new' | 'unknown';

const slotsFirst = 2 ** 13;
/** Each generation has up to four times the slots of the one before, so a small installation stays small. */
const slotsGrowth = 4;
const slotsMax = 2 ** 21;
/** The newest generation is at most this part of the bound: shrinking one forgets little. */
const generationsMin = 4;

export class DedupIndex {
  readonly #limits: DedupLimits;
  readonly #slotsMax: number;
  /** Oldest first; the last one takes inserts. */
  #owners: OwnerSegment[] = [];
  #tags: TagSegment[] = [];
  #completeFrom = 0;
  /** The owner found by the last `lookup` that answered `owner`; overwritten by the next. */
  readonly owner: IdentityOwner = { offset: 0, index: 0, payloadCheck: 0 };

  constructor(limits: DedupLimits = defaultDedupLimits) {
    this.#limits = limits;
    const slots = Math.floor(limits.ownerBytesMax / ownerSlotBytes / generationsMin);
    this.#slotsMax = Math.min(slotsMax, 2 ** Math.floor(Math.log2(Math.max(8, slots))));
  }

  /** Every identity whose owner's offset is at or above this one is known; 0 while nothing was forgotten. */
  get completeFrom(): number {
    return this.#completeFrom;
  }

  /** Identities held, with or without their owner. */
  get count(): number {
    return (
      sum(this.#owners, (segment) => segment.count) + sum(this.#tags, (segment) => segment.count)
    );
  }

  get byteSize(): number {
    return (
      sum(this.#owners, (segment) => segment.byteSize) + sum(this.#tags, (tags) => tags.byteSize)
    );
  }

  /** Whether no lookup can answer `unknown`. */
  get exact(): boolean {
    return this.#tags.length === 0 && this.#completeFrom === 0;
  }

  /** Identities that can be reserved at once. */
  get reservableMax(): number {
    return Math.floor(this.#slotsMax * loadMax);
  }

  /** Looks up the fingerprint in `lanes[at .. at + 3]`. */
  lookup(lanes: Uint32Array, at: number): DedupAnswer {
    for (let i = this.#owners.length - 1; i >= 0; i--) {
      if (this.#owners[i]?.find(lanes, at, this.owner) === true) return 'owner';
    }
    return this.#mayHaveForgotten(lanes, at) ? 'unknown' : 'new';
  }

  /** Answers for all fingerprints of a record, as they were before it: its own identities are not inserted yet. */
  lookupAll(lanes: Uint32Array, count: number, answers: DedupAnswers): void {
    answers.reset(count);
    for (let i = this.#owners.length - 1; i >= 0; i--) {
      this.#owners[i]?.findAll(lanes, count, answers);
    }
    if (this.exact) return;
    for (let row = 0; row < count; row++) {
      if (answers.kinds[row] === answerNew && this.#mayHaveForgotten(lanes, row * 4)) {
        answers.kinds[row] = answerUnknown;
      }
    }
  }

  /** The owner of an identity that was inserted since `reserve`; `false` when it was not. */
  findRecent(lanes: Uint32Array, at: number): boolean {
    return this.#owners.at(-1)?.find(lanes, at, this.owner) === true;
  }

  #mayHaveForgotten(lanes: Uint32Array, at: number): boolean {
    return this.#completeFrom > 0 || this.#tags.some((segment) => segment.mayHave(lanes, at));
  }

  /**
   * Makes room for the identities of one record before any of them is looked up: what the index forgets, it forgets between
   * records, so that the answers for one record are all of one mind.
   */
  reserve(count: number): void {
    assert(
      count <= this.reservableMax,
      'The dedup index is too small for a record; raise its memory bound.',
    );
    let newest = this.#owners.at(-1);
    while (newest === undefined || newest.capacity - newest.count < count) {
      newest = this.#openSegment(newest);
    }
  }

  /** Remembers the owner of a new identity; within what was reserved, nothing else is forgotten for it. */
  insert(lanes: Uint32Array, at: number, owner: Readonly<IdentityOwner>): void {
    let newest = this.#owners.at(-1);
    if (newest === undefined || newest.full) newest = this.#openSegment(newest);
    newest.insert(lanes, at, owner);
  }

  #openSegment(newest: OwnerSegment | undefined): OwnerSegment {
    const wanted =
      newest === undefined ? slotsFirst : (newest.byteSize / ownerSlotBytes) * slotsGrowth;
    const slots = Math.min(this.#slotsMax, wanted);
    const room = this.#limits.ownerBytesMax - slots * ownerSlotBytes;
    while (this.#owners.length > 0 && sum(this.#owners, (owners) => owners.byteSize) > room) {
      this.#shrinkOldest();
    }
    const segment = new OwnerSegment(slots);
    if (newest !== undefined && segment.byteSize > newest.byteSize) {
      // Small generations move into the first larger one, so that a lookup has few of them to ask. This happens a handful
      // of times in a partition's life and copies at most a quarter of the new one.
      for (const small of this.#owners) small.copyTo(segment);
      this.#owners = [];
    }
    this.#owners.push(segment);
    return segment;
  }

  #shrinkOldest(): void {
    const oldest = this.#owners.shift();
    if (oldest === undefined) return;
    const tagBytes = (oldest.byteSize / ownerSlotBytes) * tagSlotBytes;
    const room = this.#limits.tagBytesMax - tagBytes;
    while (this.#tags.length > 0 && sum(this.#tags, (tags) => tags.byteSize) > room) {
      this.#forget(this.#tags.shift());
    }
    if (room >= 0) this.#tags.push(oldest.toTags());
    else this.#forget(oldest);
  }

  #forget(segment: { readonly offsetMax: number } | undefined): void {
    if (segment !== undefined && segment.offsetMax >= this.#completeFrom) {
      this.#completeFrom = segment.offsetMax + 1;
    }
  }
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
