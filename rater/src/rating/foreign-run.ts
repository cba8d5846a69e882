/**
 * Single events of foreign producers, neighbours in the log, gathered into columns and rated as if they had come in one
 * envelope: what an event costs is then what an event of an envelope costs, not what an envelope does. Each keeps its own
 * coordinate and outcome, so the rows are those that the records would write one by one (rating-laws.test.ts).
 */
import { addForeignEvent, ColumnsBuilder, isForeign } from '@tidemark/ingest/contract';
import { EnvelopeStep } from './envelope-step.ts';
import type { EnvelopeStepContext } from './envelope-step.ts';
import type { PartitionBatch } from './partition-batch.ts';
import type { PartitionState } from './partition-state.ts';
import type { RatingRecord } from './rating-record.ts';
import { RunCoordinates } from './row-coordinates.ts';
import { RunOutcomes } from './run-outcomes.ts';

/** Of one run: as many as an envelope of usual size holds, so that customers and types recur in it. */
const recordsMax = 5000;

export interface RunInput {
  readonly state: PartitionState;
  readonly batch: PartitionBatch;
  readonly context: EnvelopeStepContext;
}

export class ForeignRun {
  readonly #input: RunInput;
  #builder = new ColumnsBuilder();
  #records: RatingRecord[] = [];

  constructor(input: RunInput) {
    this.#input = input;
  }

  get isFull(): boolean {
    const { dedup } = this.#input.state;
    return (
      this.#records.length >= Math.min(recordsMax, dedup.reservableMax) || this.#builder.isFull
    );
  }

  /** Takes the record in when it holds an event and follows the run, or the state where the run is empty. */
  add(record: RatingRecord): boolean {
    const expected = this.#input.state.next + this.#records.length;
    if (record.offset !== expected || !isForeign(record)) return false;
    if (addForeignEvent(record, this.#builder) !== undefined) return false;
    this.#records.push(record);
    return true;
  }

  /** Rates the records; the run is empty then. Answers those that must go one by one, because the store must be asked. */
  rate(): { readonly last: RatingRecord | undefined; readonly undecided: readonly RatingRecord[] } {
    const { state, batch, context } = this.#input;
    const records = this.#records;
    if (records.length === 0) return { last: undefined, undecided: [] };
    const columns = this.#builder.build();
    this.#records = [];
    this.#builder = new ColumnsBuilder();
    const logTimesMs = Float64Array.from(records, ({ logTimeMs }) => logTimeMs);
    const coordinates = new RunCoordinates(state, state.next, logTimesMs, state.logTimeMs);
    const outcomes = new RunOutcomes(columns);
    const confirmed = undefined;
    const step = new EnvelopeStep(columns, {
      state,
      batch,
      context,
      coordinates,
      outcomes,
      confirmed,
    });
    if (step.identify() !== undefined) return { last: undefined, undecided: records };
    step.rate();
    for (const { logTimeMs } of records) state.logTimeMs = Math.max(state.logTimeMs, logTimeMs);
    return { last: records.at(-1), undecided: [] };
  }
}
