/**
 * The usage of the benchmarks as envelopes of one partition each, and what rating it must come to: events, duplicates and the
 * exact sums. 5,000 customers by Zipf 1.1, three properties, 128-bit ids, 1 % duplicates, unless told otherwise.
 */
import { partitionOf } from '@tidemark/ingest/contract';
import type { EventColumns } from '@tidemark/ingest/contract';
import { customerKey, eventTypes, tenant } from './catalog.ts';
import { SeededRandom, ZipfRanks } from './random.ts';

export interface UsageShape {
  readonly events: number;
  readonly customers: number;
  readonly zipf: number;
  /** Share of events that are copies of an earlier one. */
  readonly duplicates: number;
  readonly partitions: number;
  readonly eventsPerEnvelope: number;
  readonly seed: number;
  /** Microseconds; event times lie in the hour before. */
  readonly now: number;
}

export const standardUsage = {
  customers: 5000,
  zipf: 1.1,
  duplicates: 0.01,
  partitions: 4,
  eventsPerEnvelope: 5000,
  seed: 1,
} as const;

/** What every subject that rates the usage must find. */
export interface ExpectedUsage {
  readonly logged: number;
  readonly duplicates: number;
  readonly stored: number;
  /** Sum of `amount` over the events that are no copies, in thousandths. */
  readonly amountThousandths: bigint;
}

export interface UsageEnvelope {
  readonly partition: number;
  readonly columns: EventColumns;
}

export interface GeneratedUsage {
  readonly envelopes: readonly UsageEnvelope[];
  readonly expected: ExpectedUsage;
}

const regions = ['eu-central-1', 'eu-west-1', 'us-east-1', 'ap-south-1'];
const tiers = ['free', 'basic', 'plus', 'pro', 'enterprise'];
const hour = 3_600_000_000;
/** Scale of `amount`: thousandths. */
export const amountScale = 3;

export function generateUsage(shape: UsageShape): GeneratedUsage {
  const random = new SeededRandom(shape.seed);
  const ranks = new ZipfRanks(shape.customers, shape.zipf);
  const partitionOfRank = Uint16Array.from({ length: shape.customers }, (_, rank) =>
    partitionOf(tenant, customerKey(rank), shape.partitions),
  );
  const open = Array.from({ length: shape.partitions }, () => new OpenEnvelope(shape));
  const envelopes: UsageEnvelope[] = [];
  let duplicates = 0;
  let amount = 0n;
  const close = (partition: number): void => {
    const envelope = open[partition];
    if (envelope === undefined || envelope.count === 0) return;
    envelopes.push({ partition, columns: envelope.take() });
  };
  for (let event = 0; event < shape.events; event++) {
    const rank = ranks.draw(random);
    const partition = partitionOfRank[rank] ?? 0;
    const envelope = open[partition];
    if (envelope === undefined) continue;
    if (envelope.count > 0 && random.unit() < shape.duplicates) {
      envelope.repeat(random.below(envelope.count));
      duplicates++;
    } else {
      const thousandths = 1 + random.below(250_000);
      envelope.add(rank, thousandths, random);
      amount += BigInt(thousandths);
    }
    if (envelope.count === shape.eventsPerEnvelope) close(partition);
  }
  for (let partition = 0; partition < shape.partitions; partition++) close(partition);
  const stored = shape.events - duplicates;
  return {
    envelopes,
    expected: { logged: shape.events, duplicates, stored, amountThousandths: amount },
  };
}

/** One envelope on its way, already in columns. */
class OpenEnvelope {
  readonly #shape: UsageShape;
  count = 0;
  #customers = new Map<number, number>();
  #subjects: string[] = [];
  #subject: Uint16Array;
  #type: Uint8Array;
  #region: Uint8Array;
  #tier: Uint8Array;
  #ids: Uint8Array;
  #time: Float64Array;
  #amount: Float64Array;

  constructor(shape: UsageShape) {
    this.#shape = shape;
    const rows = shape.eventsPerEnvelope;
    this.#subject = new Uint16Array(rows);
    this.#type = new Uint8Array(rows);
    this.#region = new Uint8Array(rows);
    this.#tier = new Uint8Array(rows);
    this.#ids = new Uint8Array(rows * 16);
    this.#time = new Float64Array(rows);
    this.#amount = new Float64Array(rows);
  }

  add(rank: number, amount: number, random: SeededRandom): void {
    const row = this.count++;
    let code = this.#customers.get(rank);
    if (code === undefined) {
      code = this.#subjects.push(customerKey(rank)) - 1;
      this.#customers.set(rank, code);
    }
    this.#subject[row] = code;
    this.#type[row] = random.below(eventTypes.length);
    this.#region[row] = random.below(regions.length);
    this.#tier[row] = random.below(tiers.length);
    this.#time[row] = this.#shape.now - random.below(hour);
    this.#amount[row] = amount;
    const id = new DataView(this.#ids.buffer, row * 16, 16);
    for (let lane = 0; lane < 16; lane += 4) id.setUint32(lane, random.uint32());
  }

  /** Another copy of an earlier row. */
  repeat(row: number): void {
    const copy = this.count++;
    for (const column of [
      this.#subject,
      this.#type,
      this.#region,
      this.#tier,
      this.#time,
      this.#amount,
    ]) {
      column[copy] = column[row] ?? 0;
    }
    this.#ids.copyWithin(copy * 16, row * 16, row * 16 + 16);
  }

  take(): EventColumns {
    const { count } = this;
    const columns: EventColumns = {
      count,
      tenant: { dictionary: [tenant], indices: null },
      subject: indexed(this.#subjects, this.#subject.slice(0, count)),
      source: { dictionary: ['sdk'], indices: null },
      type: indexed([...eventTypes], this.#type.slice(0, count)),
      id: { kind: 'uuid', bytes: this.#ids.slice(0, count * 16) },
      time: this.#time.slice(0, count),
      properties: [
        {
          name: 'amount',
          rows: null,
          values: { kind: 'decimal', scale: amountScale, integers: this.#amount.slice(0, count) },
        },
        property('region', indexed(regions, this.#region.slice(0, count))),
        property('tier', indexed(tiers, this.#tier.slice(0, count))),
      ],
    };
    this.count = 0;
    this.#customers = new Map();
    this.#subjects = [];
    return columns;
  }
}

type Strings = EventColumns['subject'];

/** Indices in the least width that the dictionary needs, as the codec has them. */
function indexed(dictionary: string[], indices: Uint16Array | Uint8Array): Strings {
  return {
    dictionary,
    indices: dictionary.length <= 0x100 ? Uint8Array.from(indices) : Uint16Array.from(indices),
  };
}

function property(name: string, column: Strings): EventColumns['properties'][number] {
  return { name, rows: null, values: { kind: 'string', column } };
}
