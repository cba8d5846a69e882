/** The producers: they send until they are told that their events are kept, always with the same ids. */
import type { AcceptedEvent, JsonObject } from '@tidemark/ingest/contract';
import { formatInstant, partitionOf } from '@tidemark/ingest/contract';
import { Random } from '../engine/random.ts';
import { SimulatedProcess } from '../engine/simulated-process.ts';
import { tenant } from '../scenario/terms.ts';
import type { Send, SimulatedEvent } from '../scenario/traffic.ts';
import { identityOf } from '../check/truth.ts';
import type { Fleet } from './fleet.ts';
import { eventBytes } from './processes.ts';
import type { GatewayProcess } from './processes.ts';
import type { World } from './world.ts';

const answerTimeoutMs = 15_000;

export class Clients {
  readonly #world: World;
  readonly #fleet: Fleet;
  readonly #random: Random;
  readonly #producer: SimulatedProcess;
  /** Sends that are not acknowledged yet. */
  open = 0;

  constructor(world: World, fleet: Fleet) {
    this.#world = world;
    this.#fleet = fleet;
    this.#random = new Random(world.scenario.seed, 'clients');
    this.#producer = new SimulatedProcess('producer', world.loop, world.network);
  }

  async send(send: Send): Promise<void> {
    switch (send.kind) {
      case 'batch': {
        await this.sendEvents(send.events, send.backfill);
        const sure = send.conflicts.filter((event) => this.#world.truth.isAcked(event));
        if (sure.length === 0) return;
        for (const event of sure) this.#world.truth.conflicts.add(identityOf(event));
        await this.#untilKept(sure, send.backfill);
        return;
      }
      case 'foreign':
        this.#world.truth.sent(send.event, this.#world.loop.nowMs);
        await this.#produce(send.event);
        this.#world.truth.acked(send.event, this.#world.loop.nowMs);
        return;
      case 'too-old':
        this.#world.truth.tooOld.add(identityOf(send.event));
        if (send.foreign) await this.#produce(send.event);
        else await this.#untilKept([send.event], false);
    }
  }

  /** Resolves when all are acknowledged; `gateway` names the one to send them through. */
  async sendEvents(
    events: readonly SimulatedEvent[],
    backfill = false,
    gateway?: string,
  ): Promise<void> {
    const { loop, truth } = this.#world;
    for (const event of events) truth.sent(event, loop.nowMs);
    await this.#untilKept(events, backfill, gateway);
    for (const event of events) truth.acked(event, loop.nowMs);
  }

  async #untilKept(
    events: readonly SimulatedEvent[],
    backfill: boolean,
    name?: string,
  ): Promise<void> {
    this.open++;
    for (;;) {
      const { gateways } = this.#fleet;
      const named = gateways.find(({ process }) => process.name === name);
      if (await this.#attempt(named ?? this.#random.pick(gateways), events, backfill)) break;
      await this.#world.loop.pause(this.#random.delayMs(1500), 'a client waits to repeat');
    }
    this.open--;
  }

  /** False: refused, or nobody knows. */
  #attempt(
    gateway: GatewayProcess,
    events: readonly SimulatedEvent[],
    backfill: boolean,
  ): Promise<boolean> {
    const { loop, network } = this.#world;
    return new Promise((resolve) => {
      const giveUp = loop.after(answerTimeoutMs, 'a client gives up waiting', () => resolve(false));
      const answer = (kept: boolean): void => {
        const fate = network.fate();
        if (fate !== 'arrives') return;
        loop.after(network.delayMs(), `a client is answered: ${kept ? 'kept' : 'not kept'}`, () => {
          giveUp();
          resolve(kept);
        });
      };
      loop.after(network.delayMs(), `a client sends ${events.length} events`, () => {
        if (gateway.process.state === 'dead') {
          answer(false);
          return;
        }
        gateway.process.deliver('a request', () => {
          gateway.publisher
            .publish({
              kind: 'events',
              events: events.map(acceptedEvent),
              backfill,
              bytes: eventBytes * events.length,
            })
            .then(
              () => answer(true),
              () => answer(false),
            );
        });
      });
    });
  }

  async #produce(event: SimulatedEvent): Promise<void> {
    this.open++;
    const { id, source, type, subject, time, data } = acceptedEvent(event);
    const cloudEvent = {
      specversion: '1.0',
      id,
      source,
      type,
      subject,
      time: formatInstant(time),
      data,
    };
    const record = {
      partition: partitionOfCustomer(this.#world, event.customer),
      key: `${tenant}:${event.customer}`,
      value: new TextEncoder().encode(JSON.stringify(cloudEvent)),
      headers: {},
    };
    for (;;) {
      const kept = await this.#producer
        .call('produces', () => this.#world.log.append([record]))
        .then(
          () => true,
          () => false,
        );
      if (kept) break;
      await this.#world.loop.pause(this.#random.delayMs(1500), 'a producer waits to repeat');
    }
    this.open--;
  }
}

export function partitionOfCustomer({ scenario }: World, customer: string): number {
  return partitionOf(tenant, customer, scenario.partitionCount);
}

export function acceptedEvent(event: SimulatedEvent): AcceptedEvent {
  const { bytes, customer, id, region, source, time, user } = event;
  // Short decimals travel as numbers, long ones as text, as clients do.
  const data: JsonObject = {
    bytes: bytes.length < 16 && !bytes.startsWith('0.0') ? Number(bytes) : bytes,
    region,
    user,
  };
  return { tenant, id, source, type: 'request', subject: customer, time, data };
}
