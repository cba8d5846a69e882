/**
 * The events of one envelope, or of a run of single ones, on their way through the steps of rate-envelope.ts. What can be
 * done for all of them at once is done for all: fingerprints, payload hashes, lookups of owners, the rows and the sums. Only
 * the decision about each event is taken one by one, in their order, because an event may be the copy of one before it.
 */
import { checkAcceptance, raterTolerance } from '@tidemark/ingest/contract';
import type { AcceptanceWindow, EventColumns } from '@tidemark/ingest/contract';
import type { ValueRule } from '../catalog/compiled-catalog.ts';
import { lanesPerBlock } from './block-cipher.ts';
import { ColumnSample } from './column-sample.ts';
import { isBefore } from './confirmed-owners.ts';
import type { ConfirmedOwners } from './confirmed-owners.ts';
import { answerNew, answerOwner, answerUnknown } from './dedup-segment.ts';
import type { DedupAnswers, IdentityOwner } from './dedup-segment.ts';
import { EnvelopeCustomers } from './envelope-customers.ts';
import { EnvelopeTotals } from './envelope-totals.ts';
import { EventRows } from './event-rows.ts';
import type { IdentityHasher } from './fingerprint.ts';
import type { RaterGuards } from './guards.ts';
import type { Outcomes } from './outcome-counts.ts';
import type { PartitionBatch } from './partition-batch.ts';
import type { PartitionState } from './partition-state.ts';
import type { PayloadHasher } from './payload-hash.ts';
import { textAt } from './property-reader.ts';
import type { RowCoordinates } from './row-coordinates.ts';

/** The property that says what an event does to a count of distinct values. */
const operationProperty = 'operation';

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
  readonly coordinates: RowCoordinates;
  readonly outcomes: Outcomes;
  /** The store's answers about identities of these very rows. */
  readonly confirmed: ConfirmedOwners | undefined;
}

export class EnvelopeStep {
  readonly #columns: EventColumns;
  readonly #input: EnvelopeStepInput;
  readonly #customers: EnvelopeCustomers;
  readonly #sample: ColumnSample;
  readonly #rows: EventRows;
  readonly #totals: EnvelopeTotals;
  readonly #fingerprints: Uint32Array;
  readonly #owner: IdentityOwner = { offset: 0, index: 0, payloadCheck: 0 };
  /** The rule that the last event of its type met, by type. */
  readonly #valueRules = new Map<string, CheckedRule>();
  readonly #accepted: Uint32Array;
  #acceptedCount = 0;
  #payloads = new Uint32Array(0);

  constructor(columns: EventColumns, input: EnvelopeStepInput) {
    const { state, batch, context, coordinates } = input;
    const { totals, catalog } = state;
    this.#columns = columns;
    this.#input = input;
    this.#customers = new EnvelopeCustomers(columns, state.subjects);
    this.#sample = new ColumnSample(columns);
    this.#rows = new EventRows(columns, batch, coordinates);
    const target = { totals, coordinates, epoch: catalog.epoch };
    this.#totals = new EnvelopeTotals(columns, this.#customers, this.#sample, target);
    this.#fingerprints = context.identities.fingerprints(columns.id, columns.count, (row) =>
      this.#customers.identityPrefixAt(row),
    );
    this.#accepted = new Uint32Array(columns.count);
  }

  /** Looks up all identities; answers those that only the store can decide. Changes no row and no total. */
  identify(): Uint8Array | undefined {
    const { count } = this.#columns;
    const { state, confirmed, context } = this.#input;
    state.dedup.reserve(count);
    state.dedup.lookupAll(this.#fingerprints, count, context.answers);
    if (state.dedup.exact || confirmed !== undefined) return undefined;
    return this.#undecided();
  }

  /** Takes all events through the steps; `identify` has answered that everything is decided. */
  rate(): void {
    const { batch, state, context, coordinates, outcomes } = this.#input;
    this.#payloads = context.payloads.hashes(this.#columns);
    for (let row = 0; row < this.#columns.count; row++) this.#decide(row);
    const accepted = this.#accepted.subarray(0, this.#acceptedCount);
    const hashes = { fingerprints: this.#fingerprints, payloads: this.#payloads };
    this.#rows.appendEvents(accepted, this.#customers, hashes);
    this.#totals.finish();
    outcomes.finish(batch, coordinates, state.counts);
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
      this.#input.outcomes.count(row, conflict ? 'conflict' : 'duplicate');
      return;
    }
    const unmeasurable = this.#unmeasurable(row);
    if (unmeasurable !== undefined) {
      this.#bury(row, unmeasurable.reason, unmeasurable.property);
      return;
    }
    this.#accept(row);
  }

  #refusal(row: number): string | undefined {
    if (!this.#customers.at(row).owned) return 'log/wrong-partition';
    const { coordinates, context } = this.#input;
    if (coordinates.backfill) return undefined;
    const time = this.#columns.time[row] ?? 0;
    const { acceptance } = context;
    const answer = checkAcceptance(time, coordinates.judgedAt(row), acceptance, raterTolerance);
    return answer === 'accepted' ? undefined : answer;
  }

  /** The owner of the row's identity, when its coordinate is smaller: then the row is a duplicate. */
  #ownerBefore(row: number): IdentityOwner | undefined {
    const owner = this.#knownOwner(row);
    if (owner === undefined) return undefined;
    const { coordinates, context } = this.#input;
    if (isBefore(owner, coordinates.offsetAt(row), coordinates.indexAt(row))) return owner;
    return context.guards.ownerCoordinate ? undefined : owner;
  }

  #knownOwner(row: number): IdentityOwner | undefined {
    const { state, confirmed, context } = this.#input;
    const { answers } = context;
    const at = row * lanesPerBlock;
    if (answers.kinds[row] === answerOwner) return answers.ownerOf(row);
    // An event of these columns may have come to own the identity since all were looked up.
    if (state.dedup.findRecent(this.#fingerprints, at)) return state.dedup.owner;
    if (answers.kinds[row] === answerNew) return undefined;
    return confirmed?.find(this.#fingerprints, at);
  }

  /** A value that a meter of the event's type could never count. */
  #unmeasurable(row: number): Unmeasurable | undefined {
    const { type, time } = this.#columns;
    const instant = time[row] ?? 0;
    let rule = this.#valueRules.get(textAt(type, row));
    if (rule === undefined || instant < rule.from || instant >= rule.to) {
      rule = this.#readValueRule(row, instant);
    }
    const { doubtful, operations } = rule;
    if (doubtful.length === 0 && operations.length === 0) return undefined;
    const { coordinates } = this.#input;
    this.#sample.moveTo(row, coordinates.offsetAt(row), coordinates.indexAt(row));
    const noNumber = doubtful.find((property) => this.#sample.decimal(property) === 'not-a-number');
    if (noNumber !== undefined) return { reason: 'ingest/value-not-a-number', property: noNumber };
    return operations.length === 0 || this.#sample.isAbsentOrOneOf(operationProperty, operations)
      ? undefined
      : { reason: 'ingest/unknown-operation', property: operationProperty };
  }

  #readValueRule(row: number, instant: number): CheckedRule {
    const { subjects } = this.#input.state;
    const type = textAt(this.#columns.type, row);
    const rule = subjects.valueRule(this.#customers.at(row).tenant, type, instant);
    const doubtful = rule.numbers.filter((property) => this.#sample.mayBeNoNumber(property));
    const operations = this.#sample.has(operationProperty) ? rule.operations : [];
    const checked = { ...rule, doubtful, operations };
    // Rules are a tenant's own: where tenants share an envelope, none is remembered.
    if (this.#columns.tenant.dictionary.length === 1) this.#valueRules.set(type, checked);
    return checked;
  }

  #accept(row: number): void {
    const at = row * lanesPerBlock;
    const { coordinates } = this.#input;
    this.#accepted[this.#acceptedCount++] = row;
    this.#input.outcomes.countStored(row, this.#payloads, at);
    this.#owner.offset = coordinates.offsetAt(row);
    this.#owner.index = coordinates.indexAt(row);
    this.#owner.payloadCheck = this.#payloads[at] ?? 0;
    this.#input.state.dedup.insert(this.#fingerprints, at, this.#owner);
    this.#totals.add(row);
  }

  #bury(row: number, reason: string, detail: string): void {
    this.#rows.appendDeadLetter(row, reason, detail);
    this.#input.outcomes.count(row, 'dead');
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

/** A rule as far as the rows of the envelope can break it. */
interface CheckedRule extends ValueRule {
  /** Those of its properties that some row holds as anything but a JSON number. */
  readonly doubtful: readonly string[];
}

interface Unmeasurable {
  readonly reason: 'ingest/value-not-a-number' | 'ingest/unknown-operation';
  readonly property: string;
}
