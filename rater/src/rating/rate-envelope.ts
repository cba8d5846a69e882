/**
 * The rating step: one log record applied to a partition's state. Pure but for the state and batch that it is given: no
 * clock, no randomness, no I/O, and nothing of the process in any row, so that every rater writes the same rows for the same
 * log. The steps of an event, in their order:
 *
 *   own partition? -> inside the acceptance window? -> first of its identity? -> numbers where meters need them?
 *   -> stored, and added to every total that it moves
 */
import { crcOf, decodeLogRecord } from '@tidemark/ingest/contract';
import type {
  AcceptanceWindow,
  CatalogEpochMarker,
  EnvelopeMessage,
  EventColumns,
  InstallationKeys,
  LogMessage,
} from '@tidemark/ingest/contract';
import type { ConfirmedOwners } from './confirmed-owners.ts';
import { DedupAnswers } from './dedup-segment.ts';
import { EnvelopeStep } from './envelope-step.ts';
import type { EnvelopeStepContext } from './envelope-step.ts';
import { IdentityHasher } from './fingerprint.ts';
import { allRaterGuards } from './guards.ts';
import type { RaterGuards } from './guards.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import { appendPoison } from './poison-row.ts';
import type { PartitionBatch } from './partition-batch.ts';
import type { PartitionState } from './partition-state.ts';
import { PayloadHasher } from './payload-hash.ts';
import type { RatingRecord } from './rating-record.ts';
import { RecordCoordinates } from './row-coordinates.ts';

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

export type HaltReason = 'rater/record-corrupt' | 'rater/epoch-jump' | 'rater/log-time-jump';

export interface StepSettings {
  readonly keys: InstallationKeys;
  readonly acceptance: AcceptanceWindow;
  /** How far log time may be from the clock of the gateway that sent an envelope; an hour by default. */
  readonly clockToleranceMs?: number | undefined;
  readonly guards?: RaterGuards;
}

const clockToleranceDefaultMs = 3_600_000;

/** What the step needs beside state and batch: settings, and scratch memory that lives as long as the worker. */
export class RatingContext implements EnvelopeStepContext {
  readonly keys: InstallationKeys;
  readonly acceptance: AcceptanceWindow;
  readonly clockToleranceMs: number;
  readonly guards: RaterGuards;
  readonly identities: IdentityHasher;
  readonly payloads: PayloadHasher;
  readonly answers = new DedupAnswers();

  constructor({ keys, acceptance, clockToleranceMs, guards }: StepSettings) {
    this.keys = keys;
    this.acceptance = acceptance;
    this.clockToleranceMs = clockToleranceMs ?? clockToleranceDefaultMs;
    this.guards = guards ?? allRaterGuards;
    this.identities = new IdentityHasher(keys.fingerprint);
    this.payloads = new PayloadHasher(keys.fingerprint);
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
  const message = decodeLogRecord(record, context.keys);
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
    case 'skip':
      // It allowed somebody to come this far, or nobody needed it.
      state.counts.control++;
      break;
    case 'poison':
      appendPoison(record, message, state, batch);
      break;
    case 'envelope':
    case 'foreign': {
      const jump = clockJump(message, record, context);
      if (jump !== undefined) return { kind: 'halt', reason: 'rater/log-time-jump', detail: jump };
      const outcome = rateEvents(message.columns, record, input, envelopeOf(message));
      if (outcome.kind !== 'applied') return outcome;
      break;
    }
  }
  passRecord(state, record);
  batch.cutBlocks();
  return { kind: 'applied' };
}

/** Passes a damaged record as an operator has allowed: its bytes become a dead letter. */
export function skipRecord(record: RatingRecord, detail: string, input: StepInput): void {
  const { state, batch } = input;
  if (record.offset !== state.next) throw new Error('Only the next record can be skipped.');
  appendPoison(record, { kind: 'poison', reason: 'log/skipped', detail }, state, batch);
  passRecord(state, record);
}

/** What to tell when log time and the gateway's clock are too far apart: one of the two clocks is wrong. */
function clockJump(
  message: LogMessage,
  { logTimeMs }: RatingRecord,
  { clockToleranceMs }: RatingContext,
): string | undefined {
  const sentAtMs = message.kind === 'envelope' ? message.gateway.sentAtMs : undefined;
  if (sentAtMs === undefined || Math.abs(logTimeMs - sentAtMs) <= clockToleranceMs)
    return undefined;
  const [log, gateway] = [logTimeMs, sentAtMs].map((ms) => new Date(ms).toISOString());
  return `The log says ${log}, the gateway that sent the envelope said ${gateway}.`;
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
  const { state, batch, context } = input;
  const { incarnation, partition } = state;
  const { offset, logTimeMs } = record;
  const coordinates = new RecordCoordinates({
    incarnation,
    partition,
    offset,
    logTimeMs,
    logTimeMaxMs: Math.max(state.logTimeMs, logTimeMs),
    backfill: envelope?.backfill ?? false,
  });
  const confirmed = input.confirmed?.offset === offset ? input.confirmed : undefined;
  const outcomes = new OutcomeCounts(columns.tenant, columns.type);
  const events = new EnvelopeStep(columns, {
    state,
    batch,
    context,
    coordinates,
    outcomes,
    confirmed,
  });
  const unknown = events.identify();
  if (unknown !== undefined) return { kind: 'confirm', fingerprints: unknown };
  events.rate();
  if (envelope !== undefined) state.gateways.observe(envelope.gateway);
  return { kind: 'applied' };
}
