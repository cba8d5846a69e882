/**
 * Bodies of `POST /v1/events` with the benchmarks' usage, built before the measurement. Ids are random UUIDs whose first
 * eight digits are overwritten for every request that is sent: each event of a run is a new one, as it is in production.
 */
import {
  ColumnsBuilder,
  columnsContentType,
  encodeClientColumns,
  formatInstant,
  parseUuid,
} from '@tidemark/ingest/contract';
import type { AcceptedEvent } from '@tidemark/ingest/contract';
import { customerKey, eventTypes } from '../workload/catalog.ts';
import { SeededRandom, ZipfRanks } from '../workload/random.ts';
import { amountScale } from '../workload/usage.ts';

export type BodyFormat = 'columnar' | 'json' | 'json-one' | 'ndjson' | 'cloudevents-batch';

export interface BodyShape {
  readonly format: BodyFormat;
  readonly eventsPerRequest: number;
  readonly customers: number;
  readonly zipf: number;
  readonly seed: number;
  /** Microseconds; event times lie in the hour before. */
  readonly now: number;
}

/** One prepared body; `stamp` makes its ids new. */
export interface PreparedBody {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** Sum over its events. */
  readonly amountThousandths: number;
  /** Writes `request` (below 2^32) into every id of a copy of `bytes` that starts at `offset` of `target`. */
  stamp(target: Buffer, offset: number, request: number): void;
}

const regions = ['eu-central-1', 'eu-west-1', 'us-east-1', 'ap-south-1'];
const tiers = ['free', 'basic', 'plus', 'pro', 'enterprise'];
const microsecondsPerHour = 3_600_000_000;

export function prepareBodies(shape: BodyShape, count: number): PreparedBody[] {
  const random = new SeededRandom(shape.seed);
  const ranks = new ZipfRanks(shape.customers, shape.zipf);
  const draw = () => drawEvent(shape, random, ranks);
  return Array.from({ length: count }, () => {
    const events = Array.from({ length: shape.eventsPerRequest }, draw);
    return shape.format === 'columnar' ? columnarBody(events) : jsonBody(events, shape.format);
  });
}

function drawEvent(shape: BodyShape, random: SeededRandom, ranks: ZipfRanks): AcceptedEvent {
  const hex = (digits: number) => random.uint32().toString(16).padStart(8, '0').slice(0, digits);
  return {
    tenant: '',
    id: `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(8)}${hex(4)}`,
    source: 'sdk',
    type: eventTypes[random.below(eventTypes.length)] ?? eventTypes[0],
    subject: customerKey(ranks.draw(random)),
    time: shape.now - random.below(microsecondsPerHour),
    data: {
      amount: (1 + random.below(250_000)) / 10 ** amountScale,
      region: regions[random.below(regions.length)] ?? '',
      tier: tiers[random.below(tiers.length)] ?? '',
    },
  };
}

function amountOf(events: readonly AcceptedEvent[]): number {
  const thousandths = events.map(({ data }) =>
    Math.round(Number(data['amount']) * 10 ** amountScale),
  );
  return thousandths.reduce((sum, amount) => sum + amount, 0);
}

function columnarBody(events: readonly AcceptedEvent[]): PreparedBody {
  const builder = new ColumnsBuilder();
  for (const event of events) builder.add(event);
  const bytes = Buffer.from(encodeClientColumns(builder.build()));
  const first = Buffer.alloc(16);
  parseUuid(events[0]?.id ?? '', first, 0);
  const ids = bytes.indexOf(first);
  return {
    contentType: columnsContentType,
    bytes,
    amountThousandths: amountOf(events),
    stamp: (target, offset, request) => {
      const end = offset + ids + events.length * 16;
      for (let at = offset + ids; at < end; at += 16) target.writeUInt32BE(request, at);
    },
  };
}

const contentTypes = {
  json: 'application/json',
  'json-one': 'application/json',
  ndjson: 'application/x-ndjson',
  'cloudevents-batch': 'application/cloudevents-batch+json',
} as const;

function jsonBody(
  events: readonly AcceptedEvent[],
  format: Exclude<BodyFormat, 'columnar'>,
): PreparedBody {
  const objects = events.map(({ id, source, type, subject, time, data }) => ({
    ...(format === 'cloudevents-batch' ? { specversion: '1.0' } : {}),
    id,
    source,
    type,
    subject,
    time: formatInstant(time),
    data,
  }));
  const bytes = Buffer.from(jsonText(objects, format));
  const positions = events.map(({ id }) => bytes.indexOf(id));
  return {
    contentType: contentTypes[format],
    bytes,
    amountThousandths: amountOf(events),
    stamp: (target, offset, request) => {
      const digits = Buffer.from(request.toString(16).padStart(8, '0'), 'latin1');
      for (const position of positions) target.set(digits, offset + position);
    },
  };
}

function jsonText(events: readonly object[], format: Exclude<BodyFormat, 'columnar'>): string {
  if (format === 'json-one') return JSON.stringify(events[0]);
  if (format === 'ndjson') return events.map((event) => JSON.stringify(event)).join('\n');
  return JSON.stringify(events);
}
