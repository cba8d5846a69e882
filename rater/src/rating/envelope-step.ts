/**
 * The events of one record on their way through the steps of rate-envelope.ts. What can be done for all of them at once is
 * done for all: fingerprints, payload hashes, lookups of owners, the rows and the sums. Only the decision about each event is
 * taken one by one, in their order, because an event may be the copy of one before it in the same record.
 */
import { checkAcceptance, raterTolerance } from '@tidemark/ingest/contract';
import type { AcceptanceWindow, EventColumns } from '@tidemark/ingest/contract';
import type { NumberRule } from '../catalog/compiled-catalog.ts';
import { lanesPerBlock } from './block-cipher.ts';
import { ColumnSample } from './column-sample.ts';
import { isBefore } from './confirmed-owners.ts';
import type { ConfirmedOwners } from './confirmed-owners.ts';
import { answerNew, answerOwner, answerUnknown } from './dedup-segment.ts';
import type { DedupAnswers, IdentityOwner } from './dedup-segment.ts';
import { EnvelopeCustomers } from './envelope-customers.ts';
import { EnvelopeTotals } from './envelope-totals.ts';
import { EventRows } from './event-rows.ts';
import type { RecordContext } from './event-rows.ts';
import type { IdentityHasher } from './fingerprint.ts';
import type { RaterGuards } from './guards.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import type { PartitionBatch } from './partition-batch.ts';
import type { PartitionState } from './partition-state.ts';
import type { PayloadHasher } from './payload-hash.ts';
import { textAt } from './property-reader.ts';
import type { RatingRecord } from './rating-record.ts';

/** What the step needs beside state and batch: settings, and scratch memory that lives as long as the worker. */
export interface EnvelopeStepContext {
  readonly acceptance: AcceptanceWindow;
  readonly guards: RaterGuards;
  readonly identities: IdentityHasher;
  readonly payloads: PayloadHasher;
  readonly answers: DedupAnswers;
}

export interface EnvelopeStepInput {
  readonly state: PartitionState;
  readonly batch: PartitionBatch;
  readonly context: EnvelopeStepContext;
  readonly confirmed: ConfirmedOwners | undefined;
  readonly backfill: boolean;
}

const microsecondsPerMs = 1000;

export class EnvelopeStep {
  readonly #columns: EventColumns;
  readonly #input: EnvelopeStepInput;
  readonly #record: RecordContext;
  readonly #customers: EnvelopeCustomers;
  readonly #sample: ColumnSample;
  readonly #rows: EventRows;
  readonly #outcomes: OutcomeCounts;
  readonly #totals: EnvelopeTotals;
  readonly #fingerprints: Uint32Array;
  readonly #logTime: number;
  readonly #owner: IdentityOwner = { offset: 0, index: 0, payloadCheck: 0 };
  /** The rule that the last event of its type met, by type. */
  readonly #numberRules = new Map<string, CheckedRule>();
  readonly #accepted: Uint32Array;
  #acceptedCount = 0;
  #payloads = new Uint32Array(0);

  constructor(columns: EventColumns, record: RatingRecord, input: EnvelopeStepInput) {
    const { state, batch, context, backfill } = input;
    const { incarnation, partition, totals, catalog } = state;
    const { offset, logTimeMs } = record;
    this.#columns = columns;
    this.#input = input;
    this.#record = { incarnation, partition, offset, logTimeMs, backfill };
    this.#customers = new EnvelopeCustomers(columns, state.subjects);
    this.#sample = new ColumnSample(columns);
    this.#rows = new EventRows(columns, batch, this.#record);
    this.#outcomes = new OutcomeCounts(columns.tenant, columns.type);
    const target = { totals, offset, epoch: catalog.epoch };
    this.#totals = new EnvelopeTotals(columns, this.#customers, this.#sample, target);
    this.#fingerprints = context.identities.fingerprints(columns.id, columns.count, (row) =>
      this.#customers.identityPrefixAt(row),
    );
    this.#logTime = Math.max(state.logTimeMs, logTimeMs) * microsecondsPerMs;
    this.#accepted = new Uint32Array(columns.count);
  }

  /** Looks up all identities; answers those that only the store can decide. Changes no row and no total. */
  identify(): Uint8Array | undefined {
    const { count } = this.#columns;
    const { state, confirmed, context } = this.#input;
    state.dedup.reserve(count);
    state.dedup.lookupAll(this.#fingerprints, count, context.answers);
    if (state.dedup.exact || confirmed?.offset === this.#record.offset) return undefined;
    return this.#undecided();
  }

  /** Takes all events through the steps; `identify` has answered that everything is decided. */
  rate(): void {
    const { batch, state, context } = this.#input;
    this.#payloads = context.payloads.hashes(this.#columns);
    for (let row = 0; row < this.#columns.count; row++) this.#decide(row);
    const accepted = this.#accepted.subarray(0, this.#acceptedCount);
    const hashes = { fingerprints: this.#fingerprints, payloads: this.#payloads };
    this.#rows.appendEvents(accepted, this.#customers, hashes);
    this.#totals.finish();
    this.#outcomes.finish(batch, this.#record, state.counts);
  }

  #decide(row: number): void {
    const refusal = this.#refusal(row);
    if (refusal !== undefined) {
      this.#bury(row, refusal, '');
      return;
    }
    const owner = this.#ownerBefore(row);
    if (owner !== undefined) {
      const conflict = owner.payloadCheck !== this.#payloads[row * lanesPerBlock];
      if (conflict) this.#rows.appendConflict(row, this.#customers.at(row), owner);
      this.#outcomes.count(row, conflict ? 'conflict' : 'duplicate');
      return;
    }
    const noNumber = this.#noNumber(row);
    if (noNumber !== undefined) {
      this.#bury(row, 'ingest/value-not-a-number', noNumber);
      return;
    }
    this.#accept(row);
  }

  #refusal(row: number): string | undefined {
    if (!this.#customers.at(row).owned) return 'log/wrong-partition';
    if (this.#record.backfill) return undefined;
    const time = this.#columns.time[row] ?? 0;
    const { acceptance } = this.#input.context;
    const answer = checkAcceptance(time, this.#logTime, acceptance, raterTolerance);
    return answer === 'accepted' ? undefined : answer;
  }

  /** The owner of the row's identity, when its coordinate is smaller: then the row is a duplicate. */
  #ownerBefore(row: number): IdentityOwner | undefined {
    const owner = this.#knownOwner(row);
    if (owner === undefined || isBefore(owner, this.#record.offset, row)) return owner;
    return this.#input.context.guards.ownerCoordinate ? undefined : owner;
  }

  #knownOwner(row: number): IdentityOwner | undefined {
    const { state, confirmed, context } = this.#input;
    const { answers } = context;
    const at = row * lanesPerBlock;
    if (answers.kinds[row] === answerOwner) return answers.ownerOf(row);
    // An event of this record may have come to own the identity since all were looked up.
    if (state.dedup.findRecent(this.#fingerprints, at)) return state.dedup.owner;
    if (answers.kinds[row] === answerNew) return undefined;
    return confirmed?.find(this.#fingerprints, at);
  }

  /** The property that must be a number and is none. */
  #noNumber(row: number): string | undefined {
    const { type, time } = this.#columns;
    const instant = time[row] ?? 0;
    let rule = this.#numberRules.get(textAt(type, row));
    if (rule === undefined || instant < rule.from || instant >= rule.to) {
      rule = this.#readNumberRule(row, instant);
    }
    if (rule.doubtful.length === 0) return undefined;
    this.#sample.moveTo(row, this.#record.offset, row);
    return rule.doubtful.find((property) => this.#sample.decimal(property) === 'not-a-number');
  }

  #readNumberRule(row: number, instant: number): CheckedRule {
    const { subjects } = this.#input.state;
    const type = textAt(this.#columns.type, row);
    const rule = subjects.numberRule(this.#customers.at(row).tenant, type, instant);
    const doubtful = rule.properties.filter((property) => this.#sample.mayBeNoNumber(property));
    const checked = { ...rule, doubtful };
    // Rules are a tenant's own: where tenants share an envelope, none is remembered.
    if (this.#columns.tenant.dictionary.length === 1) this.#numberRules.set(type, checked);
    return checked;
  }

  #accept(row: number): void {
    const at = row * lanesPerBlock;
    this.#accepted[this.#acceptedCount++] = row;
    this.#outcomes.countStored(row, this.#payloads, at);
    this.#owner.offset = this.#record.offset;
    this.#owner.index = row;
    this.#owner.payloadCheck = this.#payloads[at] ?? 0;
    this.#input.state.dedup.insert(this.#fingerprints, at, this.#owner);
    this.#totals.add(row);
  }

  #bury(row: number, reason: string, detail: string): void {
    this.#rows.appendDeadLetter(row, reason, detail);
    this.#outcomes.count(row, 'dead');
  }

  #undecided(): Uint8Array | undefined {
    const { kinds } = this.#input.context.answers;
    const lanes: number[] = [];
    for (let row = 0; row < this.#columns.count; row++) {
      if (kinds[row] !== answerUnknown) continue;
      const at = row * lanesPerBlock;
      lanes.push(...this.#fingerprints.subarray(at, at + lanesPerBlock));
    }
    return lanes.length === 0 ? undefined : new Uint8Array(Uint32Array.from(lanes).buffer);
  }
}

/** A rule with those of its properties that some row of the envelope holds as anything but a JSON number. */
interface CheckedRule extends NumberRule {
  readonly doubtful: readonly string[];
}
