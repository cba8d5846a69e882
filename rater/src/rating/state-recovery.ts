/**
 * Builds a partition's state at `progress` from stored rows, in this order: catalog, owners, totals, totals to compute anew,
 * proof. Only rows with a coordinate below `progress.next` count; rows above it are of a flush that landed without its
 * progress, and the log will bring them again.
 */
import { AppError } from '@tidemark/platform/errors';
import type { CatalogChange } from '../catalog/catalog-change.ts';
import { segmentKey } from '../catalog/charge-segment.ts';
import type { ChargeSegment } from '../catalog/charge-segment.ts';
import type { OwnerColumns, StoredChargeTotal, UsageEventQuery } from '../ports.ts';
import { nothingGathered } from './charge-totals.ts';
import type { RunningTotal } from './charge-totals.ts';
import { lanesOf } from './confirmed-owners.ts';
import type { IdentityOwner } from './dedup-segment.ts';
import { allRaterGuards } from './guards.ts';
import type { RaterGuards } from './guards.ts';
import type { PartitionState } from './partition-state.ts';
import { TotalsRecompute } from './recompute-totals.ts';

export type RecoveryProof =
  | { readonly kind: 'proven' }
  /** The store does not hold what `progress` promises. */
  | { readonly kind: 'differs'; readonly expected: number; readonly found: number };

export class StateRecovery {
  readonly state: PartitionState;
  readonly #guards: RaterGuards;
  #stored = 0;
  readonly #ahead: ChargeSegment[] = [];
  #recompute = new TotalsRecompute([]);

  constructor(state: PartitionState, guards: RaterGuards = allRaterGuards) {
    this.state = state;
    this.#guards = guards;
  }

  loadCatalog(epoch: number, changes: readonly CatalogChange[]): void {
    this.state.catalog.load(epoch, changes);
  }

  /** Takes the owners of stored events. Throws when one identity was stored twice: that would be billed twice. */
  loadOwners(owners: OwnerColumns): void {
    const { dedup, next } = this.state;
    const lanes = lanesOf(owners.fingerprints);
    const owner: IdentityOwner = { offset: 0, index: 0, payloadCheck: 0 };
    const hashes = new Uint32Array(owners.payloadHashes.slice().buffer);
    for (let row = 0; row < owners.count; row++) {
      owner.offset = owners.offsets[row] ?? 0;
      owner.index = owners.indices[row] ?? 0;
      owner.payloadCheck = hashes[row * 2] ?? 0;
      if (owner.offset >= next && this.#guards.ownerCoordinate) continue;
      if (dedup.lookup(lanes, row * 4) === 'owner') {
        // The same row again is a physical copy that the store has not collapsed yet.
        if (dedup.owner.offset === owner.offset && dedup.owner.index === owner.index) continue;
        throw storedTwice(dedup.owner, owner);
      }
      dedup.insert(lanes, row * 4, owner);
      this.#stored++;
    }
  }

  loadTotals(rows: readonly StoredChargeTotal[]): void {
    for (const row of rows) {
      const key = segmentKey(row);
      const { tenant, subscription, periodStart } = row;
      const segment = this.state.catalog.segment(tenant, subscription, periodStart, key);
      // A charge that is no longer in the catalog, or not yet: only that it has a row matters.
      if (segment === undefined) this.state.totals.end(key);
      else if (row.version > this.state.next) this.#ahead.push(segment);
      else this.state.totals.replace(loadedTotal(segment, row, this.state.catalog.epoch));
    }
  }

  /** What must be read to compute the totals whose newest row runs ahead; starts that computation (again). */
  queries(): UsageEventQuery[] {
    this.#recompute = new TotalsRecompute(this.#ahead);
    const { incarnation, partition, next } = this.state;
    return this.#recompute.queries({ incarnation, partition, below: next });
  }

  get recompute(): TotalsRecompute {
    return this.#recompute;
  }

  /** Ends the recovery: the state is true only when as many events are stored as `progress` says. */
  prove(): RecoveryProof {
    for (const total of this.#recompute.totals) {
      if (total.events > 0)
        this.state.totals.replace({ ...total, epoch: this.state.catalog.epoch });
    }
    const expected = this.state.counts.stored;
    if (this.#stored !== expected && this.#guards.stateCounts)
      return { kind: 'differs', expected, found: this.#stored };
    return { kind: 'proven' };
  }
}

function loadedTotal(segment: ChargeSegment, row: StoredChargeTotal, epoch: number): RunningTotal {
  const state = segment.metered.rater.decode(row.state);
  const { events, version } = row;
  const gathered = nothingGathered();
  return { segment, state, events, version, epoch, dirty: false, ended: false, gathered };
}

function storedTwice(first: IdentityOwner, second: IdentityOwner): AppError {
  const message = 'Two stored events have the same identity.';
  return new AppError('invariant', 'rater/identity-stored-twice', message, {
    details: { first: { ...first }, second: { ...second } },
  });
}
