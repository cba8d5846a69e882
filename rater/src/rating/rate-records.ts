/** Applies records of the log one after the other: envelopes and markers each for itself, single events in runs. */
import { ForeignRun } from './foreign-run.ts';
import { passRecord, rateRecord } from './rate-envelope.ts';
import type { StepInput, StepOutcome } from './rate-envelope.ts';
import type { RatingRecord } from './rating-record.ts';

/** The outcome of the record that ended it early, or `applied`. */
export function rateRecords(records: Iterable<RatingRecord>, input: StepInput): StepOutcome {
  const run = new ForeignRun(input);
  for (const record of records) {
    // What the store has answered about a record is for that record alone.
    if (input.confirmed?.offset !== record.offset && run.add(record)) {
      if (!run.isFull) continue;
      const ended = rateRun(run, input);
      if (ended.kind !== 'applied') return ended;
      continue;
    }
    const ended = rateRun(run, input);
    if (ended.kind !== 'applied') return ended;
    const outcome = rateRecord(record, input);
    if (outcome.kind !== 'applied' && outcome.kind !== 'ignored') return outcome;
  }
  return rateRun(run, input);
}

function rateRun(run: ForeignRun, input: StepInput): StepOutcome {
  const { last, undecided } = run.rate();
  if (last !== undefined) {
    passRecord(input.state, last);
    input.batch.cutBlocks();
  }
  for (const record of undecided) {
    const outcome = rateRecord(record, input);
    if (outcome.kind !== 'applied') return outcome;
  }
  return { kind: 'applied' };
}
