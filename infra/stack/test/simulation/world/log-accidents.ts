/** Accidents of the log. Each method: it happens, it is seen, it is mended. */
import {
  ColumnsBuilder,
  columnsEvent,
  decodeLogRecord,
  encodeEnvelope,
} from '@tidemark/ingest/contract';
import type { EncodedRecord, GatewayMark } from '@tidemark/ingest/contract';
import type { LogAppend, LogRecord } from '@tidemark/ingest/log';
import { tenant } from '../scenario/terms.ts';
import type { SimulatedEvent } from '../scenario/traffic.ts';
import { identityOf } from '../check/truth.ts';
import type { AccidentScene } from './accident-scene.ts';
import { acceptedEvent, partitionOfCustomer } from './clients.ts';
import { foreignKeys, installationKeys } from './world.ts';

export class LogAccidents {
  readonly #scene: AccidentScene;

  constructor(scene: AccidentScene) {
    this.#scene = scene;
  }

  async corruptRecord(): Promise<void> {
    const { world, clients, fleet } = this.#scene;
    const { log } = world;
    let original: LogAppend | undefined;
    let offset = 0;
    log.onAppend = (append) => {
      const message = decodeLogRecord(append, installationKeys);
      if (message.kind !== 'envelope') return append;
      log.onAppend = null;
      const builder = new ColumnsBuilder();
      for (let row = 0; row < message.columns.count; row++) {
        const event = columnsEvent(message.columns, row);
        builder.add({ ...event, data: { ...event.data, bytes: 424242 } });
      }
      const { backfill, gateway } = message;
      const altered = encodeEnvelope(builder.build(), gateway, backfill, installationKeys);
      original = append;
      offset = log.ends()[append.partition] ?? 0;
      world.unchecked.set(`${append.partition}@${offset}`, { ...append, ...altered });
      return { ...append, value: altered.value };
    };
    await clients.sendEvents([this.#probe()]);
    if (original === undefined) throw new Error('No envelope came by.');
    const { partition } = original;
    await this.#scene.halted('rater/record-corrupt', partition);
    const stored = log.life.records[partition]?.[offset];
    log.life.records[partition]![offset] = { ...stored!, ...original };
    world.unchecked.clear();
    fleet.startRaters();
  }

  async forgedRecord(): Promise<void> {
    const event = { ...this.#probe(), source: 'forger' };
    const partition = partitionOfCustomer(this.#scene.world, event.customer);
    const record = sealed([event], 'forger', foreignKeys);
    const { log, unchecked } = this.#scene.world;
    const offset = log.put({ partition, key: null, ...record });
    const believed = sealed([event], 'forger', installationKeys);
    unchecked.set(`${partition}@${offset}`, { partition, key: null, ...believed });
    await this.#buried('log/bad-mac');
  }

  /** Copies of acknowledged events, where a producer with another number of partitions puts them. */
  async wrongPartition(): Promise<void> {
    const { world, clients } = this.#scene;
    const { partitionCount } = world.scenario;
    if (partitionCount === 1) return;
    const event = this.#probe();
    await clients.sendEvents([event]);
    const partition = (partitionOfCustomer(world, event.customer) + 1) % partitionCount;
    world.log.put({ partition, key: null, ...sealed([event], 'stray', installationKeys) });
    await this.#buried('log/wrong-partition');
  }

  async unreadableRecord(): Promise<void> {
    const { customer } = this.#probe();
    const partition = partitionOfCustomer(this.#scene.world, customer);
    const value = new TextEncoder().encode('{');
    this.#scene.world.log.put({ partition, key: `${tenant}:${customer}`, value, headers: {} });
    await this.#buried('log/not-json');
  }

  async trimmed(): Promise<void> {
    const { world, clients, fleet } = this.#scene;
    const first = this.#probe();
    const partition = partitionOfCustomer(world, first.customer);
    await this.#scene.withoutRaters();
    await clients.sendEvents([first]);
    await clients.sendEvents([{ ...this.#probe(), customer: first.customer }]);
    const { base } = world.log.life;
    base[partition] = this.#scene.progress(partition) + 1;
    fleet.startRaters();
    await this.#scene.halted('rater/log-gap', partition);
    base[partition] = 0;
    fleet.startRaters();
  }

  async truncated(): Promise<void> {
    await this.#cutBack((records, next) => records.splice(next - 1), 'rater/log-shorter');
  }

  async rewritten(): Promise<void> {
    await this.#cutBack((records, next) => {
      const [lost] = records.splice(next - 1);
      for (const offset of [next - 1, next]) records.push({ ...lost!, ...this.#phantom(), offset });
    }, 'rater/log-differs');
  }

  /** Another log with the same beginning, which says that it is another one. */
  async recreated(): Promise<void> {
    const { world, clients, fleet } = this.#scene;
    const { log } = world;
    const event = this.#probe();
    const partition = partitionOfCustomer(world, event.customer);
    await clients.sendEvents([event]);
    await this.#scene.rated(partition);
    await this.#scene.withoutRaters();
    const { life } = log;
    log.underRepair = true;
    const records = life.records.map((own, position) =>
      own.slice(0, this.#scene.progress(position)),
    );
    const last = records[partition]?.at(-1);
    records[partition]?.push({ ...last!, ...this.#phantom(), offset: last!.offset + 1 });
    const incarnation =
      world.distortions.incarnations === false ? life.incarnation : life.incarnation + 1;
    log.life = { incarnation, base: life.base.map(() => 0), records };
    fleet.startRaters();
    await this.#scene.halted('rater/unknown-incarnation', partition);
    fleet.killRaters();
    log.life = life;
    log.underRepair = false;
    fleet.startRaters();
  }

  /** The log acknowledges an envelope and does not keep it; what comes after proves it, and the clients send again. */
  async lostRecord(): Promise<void> {
    const { world, clients, fleet } = this.#scene;
    const { log, truth } = world;
    fleet.sparesGateways = true;
    let lost: { partition: number; mark: GatewayMark; events: SimulatedEvent[] } | undefined;
    log.onAppend = (append) => {
      const message = decodeLogRecord(append, installationKeys);
      if (message.kind !== 'envelope') return append;
      // A gateway that did not hear of the first acknowledgement must hear of another one.
      if (lost !== undefined) {
        const isAgain = append.partition === lost.partition && isSame(lost.mark, message.gateway);
        return isAgain ? 'lost' : append;
      }
      const names = fleet.gateways.map(({ process }) => process.name);
      // Of a gateway that is gone nothing more comes that could prove the loss.
      if (!names.includes(message.gateway.gatewayId)) return append;
      const keys = new Set<string>();
      for (let row = 0; row < message.columns.count; row++) {
        const { id, source, subject } = columnsEvent(message.columns, row);
        keys.add(JSON.stringify([subject, source, id]));
      }
      const events = truth.events
        .map(({ event }) => event)
        .filter((event) => keys.has(identityOf(event)));
      for (const event of events) truth.lost(event);
      lost = { partition: append.partition, mark: message.gateway, events };
      return 'lost';
    };
    const customer = this.#probe().customer;
    while (lost === undefined) {
      await clients.sendEvents([{ ...this.#probe(), customer }]);
    }
    const { events, mark } = lost;
    const concerned = events[0]?.customer ?? customer;
    for (let probes = 0; probes < 4 && world.lostReported === 0; probes++) {
      await clients.sendEvents([{ ...this.#probe(), customer: concerned }], false, mark.gatewayId);
      await world.loop.pause(5000, 'waits for the loss detector');
    }
    await this.#scene.seen('alarm of a lost envelope', () => world.lostReported > 0);
    log.onAppend = null;
    for (const event of events) truth.resent(event);
    fleet.sparesGateways = false;
    await clients.sendEvents(events);
  }

  /** While the end of a partition is missing, nothing is appended: the operator has stopped the gateways. */
  async #cutBack(change: (records: LogRecord[], next: number) => void, due: string): Promise<void> {
    const { world, clients, fleet } = this.#scene;
    const { log } = world;
    const event = this.#probe();
    const partition = partitionOfCustomer(world, event.customer);
    await clients.sendEvents([event]);
    await this.#scene.rated(partition);
    await this.#scene.withoutRaters();
    log.underRepair = true;
    const whole = log.life.records[partition]!;
    const changed = [...whole];
    change(changed, this.#scene.progress(partition));
    log.life.records[partition] = changed;
    fleet.startRaters();
    await this.#scene.halted(due, partition);
    fleet.killRaters();
    log.life.records[partition] = whole;
    log.underRepair = false;
    fleet.startRaters();
  }

  async #buried(reason: string): Promise<void> {
    const letters = this.#scene.world.store.tables.table('dead_letters');
    await this.#scene.seen(`dead letter ${reason}`, () =>
      letters.rows(false).some((row) => row['reason'] === reason),
    );
  }

  #probe(): SimulatedEvent {
    const { customers } = this.#scene.world.scenario;
    return this.#scene.probe(customers[0] ?? '');
  }

  /** An envelope of ours that nobody has sent. */
  #phantom(): EncodedRecord {
    return sealed([{ ...this.#probe(), source: 'phantom' }], 'phantom', installationKeys);
  }
}

function isSame(left: GatewayMark, right: GatewayMark): boolean {
  return left.gatewayId === right.gatewayId && left.sequence === right.sequence;
}

function sealed(
  events: readonly SimulatedEvent[],
  gatewayId: string,
  keys: typeof installationKeys,
): EncodedRecord {
  const builder = new ColumnsBuilder();
  for (const event of events) builder.add(acceptedEvent(event));
  return encodeEnvelope(builder.build(), { gatewayId, sequence: 1, ackedThrough: 0 }, false, keys);
}
