/**
 * A catalog epoch at its coordinate. All rows before the marker are flushed; then the totals of every charge whose definition
 * changed are computed from the events below the marker and written at the marker's coordinate. Between `begin` and `finish`
 * nothing else may touch the state.
 */
import type { CatalogChange } from '../catalog/catalog-change.ts';
import type { ChargeSegment } from '../catalog/charge-segment.ts';
import type { UsageEventQuery } from '../ports.ts';
import { emptyTotal } from './charge-totals.ts';
import type { PartitionState } from './partition-state.ts';
import { passRecord } from './rate-envelope.ts';
import type { RatingRecord } from './rating-record.ts';
import { TotalsRecompute } from './recompute-totals.ts';

export class EpochChange {
  readonly epoch: number;
  readonly #state: PartitionState;
  readonly #changed: readonly ChargeSegment[];
  readonly #ended: readonly ChargeSegment[];
  #recompute: TotalsRecompute;

  /** Moves the catalog of the state on. */
  constructor(state: PartitionState, epoch: number, changes: readonly CatalogChange[]) {
    this.epoch = epoch;
    this.#state = state;
    const { changed, ended } = state.catalog.advance(epoch, changes);
    state.subjects.clear();
    this.#changed = changed;
    this.#ended = ended;
    this.#recompute = new TotalsRecompute(changed);
  }

  /** Starts the computation (again) and answers what must be read for it; nothing where no event is stored. */
  restart(): UsageEventQuery[] {
    this.#recompute = new TotalsRecompute(this.#changed);
    const { incarnation, partition, next, counts } = this.#state;
    return counts.stored === 0
      ? []
      : this.#recompute.queries({ incarnation, partition, below: next });
  }

  get recompute(): TotalsRecompute {
    return this.#recompute;
  }

  /** Puts the new totals in place and moves the state past the marker. */
  finish(record: Pick<RatingRecord, 'offset' | 'logTimeMs' | 'value'>): void {
    const { totals } = this.#state;
    const at = { version: record.offset + 1, epoch: this.epoch, dirty: true };
    for (const total of this.#recompute.totals) {
      // Where nothing was and nothing is, there is no row to correct.
      if (total.events > 0 || totals.hasRow(total.segment.key)) totals.replace({ ...total, ...at });
      else totals.remove(total.segment.key);
    }
    for (const segment of this.#ended) {
      if (totals.hasRow(segment.key)) {
        totals.replace({ ...emptyTotal(segment), ...at, ended: true });
      } else totals.remove(segment.key);
    }
    this.#state.subjects.clear();
    this.#state.counts.control++;
    passRecord(this.#state, record);
  }
}
