/**
 * The rating step: one log record applied to a partition's state. Pure but for the state and batch that it is given: no
 * clock, no randomness, no I/O, and nothing of the process in any row, so that every rater writes the same rows for the same
 * log. The steps of an event, in their order:
 *
 *   own partition? -> inside the acceptance window? -> first of its identity? -> numbers where meters need them?
 *   -> stored, and added to every total that it moves
 */
import { checkAcceptance, crcOf, decodeLogRecord, raterTolerance } from '@tidemark/ingest/contract';
import type {
  AcceptanceWindow,
  CatalogEpochMarker,
  EnvelopeMessage,
  EventColumns,
  InstallationKeys,
} from '@tidemark/ingest/contract';
import { ByteWriter } from './byte-writer.ts';
import { ColumnSample } from './column-sample.ts';
import { isBefore } from './confirmed-owners.ts';
import type { ConfirmedOwners } from './confirmed-owners.ts';
import type { IdentityOwner } from './dedup-segment.ts';
import { EventRows } from './event-rows.ts';
import type { RecordContext } from './event-rows.ts';
import { IdentityHasher, PayloadHasher } from './fingerprint.ts';
import { allRaterGuards } from './guards.ts';
import type { RaterGuards } from './guards.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import { appendPoison } from './poison-row.ts';
import type { PartitionBatch } from './partition-batch.ts';
import type { PartitionState } from './partition-state.ts';
import { textAt } from './property-reader.ts';
import type { RatingRecord } from './rating-record.ts';
import type { SubjectEntry } from './subject-table.ts';

export type StepOutcome =
  /** In the state, its rows in the batch. */
  | { readonly kind: 'applied' }
  /** Below `next`: it has been applied before. */
  | { readonly kind: 'ignored' }
  /** Above `next`: records are missing in between. State and batch are untouched, as in all outcomes below. */
  | { readonly kind: 'gap'; readonly expected: number }
  /** The next catalog epoch stands here: the caller brings its changes, then calls `applyMarker`. */
  | { readonly kind: 'marker'; readonly marker: CatalogEpochMarker }
  /** The index cannot decide these identities: the caller asks the store and repeats the record with the answer. */
  | { readonly kind: 'confirm'; readonly fingerprints: Uint8Array }
  /** The partition must not go on. */
  | { readonly kind: 'halt'; readonly reason: HaltReason; readonly detail: string };

export type HaltReason = 'rater/record-corrupt' | 'rater/epoch-jump';

export interface StepSettings {
  readonly keys: InstallationKeys;
  readonly acceptance: AcceptanceWindow;
  readonly guards?: RaterGuards;
}

/** What the step needs beside state and batch: settings, and scratch memory that lives as long as the worker. */
export class RatingContext {
  readonly settings: StepSettings;
  readonly guards: RaterGuards;
  readonly identities: IdentityHasher;
  readonly payloads: PayloadHasher;
  readonly data = new ByteWriter(4096);
  #fingerprints = new Uint32Array(4 * 1024);

  constructor(settings: StepSettings) {
    this.settings = settings;
    this.guards = settings.guards ?? allRaterGuards;
    this.identities = new IdentityHasher(settings.keys.fingerprint);
    this.payloads = new PayloadHasher(settings.keys.fingerprint);
  }

  /** Room for the fingerprints of `count` events. */
  fingerprints(count: number): Uint32Array {
    if (this.#fingerprints.length < count * 4) this.#fingerprints = new Uint32Array(count * 4);
    return this.#fingerprints;
  }
}

export interface StepInput {
  readonly state: PartitionState;
  readonly batch: PartitionBatch;
  readonly context: RatingContext;
  /** The store's answers, when this record asked for them. */
  readonly confirmed?: ConfirmedOwners | undefined;
}

/** Applies one record. Throws only when an invariant is broken; the state must then be dropped. */
export function rateRecord(record: RatingRecord, input: StepInput): StepOutcome {
  const { state, batch, context } = input;
  if (record.offset !== state.next && context.guards.acceptOnlyNext) {
    if (record.offset < state.next) return { kind: 'ignored' };
    return { kind: 'gap', expected: state.next };
  }
  const message = decodeLogRecord(record, context.settings.keys);
  switch (message.kind) {
    case 'corrupt':
      return { kind: 'halt', reason: 'rater/record-corrupt', detail: message.detail };
    case 'control': {
      const { epoch } = message.control;
      const own = state.catalog.epoch;
      if (epoch === own + 1) return { kind: 'marker', marker: message.control };
      if (epoch > own) {
        const detail = `The marker of epoch ${epoch} follows epoch ${own}.`;
        return { kind: 'halt', reason: 'rater/epoch-jump', detail };
      }
      state.counts.control++;
      break;
    }
    case 'poison':
      appendPoison(record, message, state, batch);
      break;
    case 'envelope':
    case 'foreign': {
      const outcome = rateEvents(message.columns, record, input, envelopeOf(message));
      if (outcome.kind !== 'applied') return outcome;
      break;
    }
  }
  passRecord(state, record);
  batch.cutBlocks();
  return { kind: 'applied' };
}

/** Moves the state past a record. */
export function passRecord(
  state: PartitionState,
  record: Pick<RatingRecord, 'offset' | 'logTimeMs' | 'value'>,
): void {
  state.logTimeMs = Math.max(state.logTimeMs, record.logTimeMs);
  state.lastCrc = crcOf(record.value);
  state.next = record.offset + 1;
}

function envelopeOf(message: {
  readonly kind: 'envelope' | 'foreign';
}): EnvelopeMessage | undefined {
  return message.kind === 'envelope' ? (message as EnvelopeMessage) : undefined;
}

function rateEvents(
  columns: EventColumns,
  record: RatingRecord,
  input: StepInput,
  envelope: EnvelopeMessage | undefined,
): StepOutcome {
  const { state } = input;
  const events = new EnvelopeStep(columns, record, input, envelope?.backfill ?? false);
  const unknown = events.identify();
  if (unknown !== undefined) return { kind: 'confirm', fingerprints: unknown };
  for (let row = 0; row < columns.count; row++) events.rate(row);
  events.finish();
  if (envelope !== undefined) state.gateways.observe(envelope.gateway);
  return { kind: 'applied' };
}

const microsecondsPerMs = 1000;

/** The events of one record on their way through the steps. */
class EnvelopeStep {
  readonly #columns: EventColumns;
  readonly #input: StepInput;
  readonly #record: RecordContext;
  readonly #sample: ColumnSample;
  readonly #rows: EventRows;
  readonly #outcomes: OutcomeCounts;
  readonly #subjects: SubjectEntry[] = [];
  readonly #fingerprints: Uint32Array;
  readonly #logTime: number;
  readonly #owner: IdentityOwner = { offset: 0, index: 0, payloadCheck: 0 };

  constructor(columns: EventColumns, record: RatingRecord, input: StepInput, backfill: boolean) {
    const { state, batch, context } = input;
    this.#columns = columns;
    this.#input = input;
    this.#record = {
      incarnation: state.incarnation,
      partition: state.partition,
      offset: record.offset,
      logTimeMs: record.logTimeMs,
      backfill,
    };
    this.#sample = new ColumnSample(columns);
    this.#rows = new EventRows(columns, batch, this.#record, {
      hasher: context.payloads,
      data: context.data,
    });
    this.#outcomes = new OutcomeCounts(columns.tenant, columns.type);
    this.#fingerprints = context.fingerprints(columns.count);
    this.#logTime = Math.max(state.logTimeMs, record.logTimeMs) * microsecondsPerMs;
  }

  /** Fingerprints of all events; answers those that only the store can decide. Changes no row and no total. */
  identify(): Uint8Array | undefined {
    const { count, id } = this.#columns;
    const { identities } = this.#input.context;
    const { lanes } = identities;
    for (let row = 0; row < count; row++) {
      const prefix = this.#subject(row).prefix(textAt(this.#columns.source, row));
      if (id.kind === 'uuid') identities.hashUuid(prefix, id.bytes, row * 16);
      else identities.hashText(prefix, id.values[row] ?? '');
      const at = row * 4;
      this.#fingerprints[at] = lanes[0] ?? 0;
      this.#fingerprints[at + 1] = lanes[1] ?? 0;
      this.#fingerprints[at + 2] = lanes[2] ?? 0;
      this.#fingerprints[at + 3] = lanes[3] ?? 0;
    }
    const { state, confirmed } = this.#input;
    state.dedup.reserve(count);
    if (state.dedup.exact || confirmed?.offset === this.#record.offset) return undefined;
    return this.#undecided();
  }

  rate(row: number): void {
    const subject = this.#subject(row);
    const refusal = this.#refusal(row, subject);
    if (refusal !== undefined) {
      this.#bury(row, refusal, '');
      return;
    }
    this.#rows.hashPayload(row);
    const owner = this.#ownerBefore(row);
    if (owner !== undefined) {
      const conflict = owner.payloadCheck !== this.#rows.payloadHash[0];
      if (conflict) this.#rows.appendConflict(row, subject, owner);
      this.#outcomes.count(row, conflict ? 'conflict' : 'duplicate');
      return;
    }
    this.#sample.moveTo(row, this.#record.offset, row);
    const type = textAt(this.#columns.type, row);
    const noNumber = this.#noNumber(subject, type);
    if (noNumber !== undefined) {
      this.#bury(row, 'ingest/value-not-a-number', noNumber);
      return;
    }
    this.#store(row, subject);
    this.#addToTotals(subject, type);
  }

  finish(): void {
    const { batch, state } = this.#input;
    this.#outcomes.finish(batch, this.#record, state.counts);
  }

  #refusal(row: number, subject: SubjectEntry): string | undefined {
    if (!subject.owned) return 'log/wrong-partition';
    if (this.#record.backfill) return undefined;
    const time = this.#columns.time[row] ?? 0;
    const window = this.#input.context.settings.acceptance;
    const acceptance = checkAcceptance(time, this.#logTime, window, raterTolerance);
    return acceptance === 'accepted' ? undefined : acceptance;
  }

  /** The owner of the row's identity, when its coordinate is smaller: then the row is a duplicate. */
  #ownerBefore(row: number): IdentityOwner | undefined {
    const { state, confirmed } = this.#input;
    const { dedup } = state;
    const answer = dedup.lookup(this.#fingerprints, row * 4);
    const owner =
      answer === 'owner'
        ? dedup.owner
        : answer === 'unknown'
          ? confirmed?.find(this.#fingerprints, row * 4)
          : undefined;
    if (owner === undefined || isBefore(owner, this.#record.offset, row)) return owner;
    return this.#input.context.guards.ownerCoordinate ? undefined : owner;
  }

  #noNumber(subject: SubjectEntry, type: string): string | undefined {
    const { subjects } = this.#input.state;
    const { properties } = subjects.numberRule(subject.tenant, type, this.#sample.time);
    return properties.find(
      (property) =>
        this.#sample.mayBeNoNumber(property) && this.#sample.decimal(property) === 'not-a-number',
    );
  }

  #store(row: number, subject: SubjectEntry): void {
    const hash = this.#rows.payloadHash;
    this.#rows.appendEvent(row, subject, this.#fingerprints, row * 4);
    this.#outcomes.countStored(row, hash);
    this.#owner.offset = this.#record.offset;
    this.#owner.index = row;
    this.#owner.payloadCheck = hash[0] ?? 0;
    this.#input.state.dedup.insert(this.#fingerprints, row * 4, this.#owner);
  }

  #addToTotals(subject: SubjectEntry, type: string): void {
    const { totals, catalog } = this.#input.state;
    for (const total of subject.route(type, this.#sample.time).totals) {
      if (total.segment.metered.rater.add(total.state, this.#sample) !== 'measured') continue;
      total.events++;
      totals.touch(total, this.#record.offset, catalog.epoch);
    }
  }

  #bury(row: number, reason: string, detail: string): void {
    this.#rows.appendDeadLetter(row, reason, detail);
    this.#outcomes.count(row, 'dead');
  }

  #subject(row: number): SubjectEntry {
    const { tenant, subject } = this.#columns;
    const tenantEntry = tenant.indices === null ? 0 : (tenant.indices[row] ?? 0);
    const subjectEntry = subject.indices === null ? 0 : (subject.indices[row] ?? 0);
    const key = subjectEntry * tenant.dictionary.length + tenantEntry;
    let entry = this.#subjects[key];
    if (entry === undefined) {
      entry = this.#input.state.subjects.entry(
        tenant.dictionary[tenantEntry] ?? '',
        subject.dictionary[subjectEntry] ?? '',
      );
      this.#subjects[key] = entry;
    }
    return entry;
  }

  #undecided(): Uint8Array | undefined {
    const { dedup } = this.#input.state;
    const lanes: number[] = [];
    for (let row = 0; row < this.#columns.count; row++) {
      const at = row * 4;
      if (dedup.lookup(this.#fingerprints, at) !== 'unknown') continue;
      lanes.push(...this.#fingerprints.subarray(at, at + 4));
    }
    return lanes.length === 0 ? undefined : new Uint8Array(Uint32Array.from(lanes).buffer);
  }
}
