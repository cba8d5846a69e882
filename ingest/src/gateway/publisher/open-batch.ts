import { ColumnsBuilder } from '../../contract/columns-builder.ts';
import type { EventColumns } from '../../contract/event-columns.ts';
import type { PlainEvents } from '../../contract/plain-events.ts';
import type { AcceptedEvent } from '../../contract/usage-event.ts';
import type { AppError } from '@tidemark/platform/errors';
import type { PublishTicket } from './publish-ticket.ts';

/** Events of one partition on their way into one envelope, with the publications they belong to. */
export class OpenBatch {
  readonly backfill: boolean;
  /** When the first event came, in the scheduler's milliseconds. */
  readonly openedAtMs: number;
  readonly #tickets = new Set<PublishTicket>();
  readonly #builder = new ColumnsBuilder();
  #lastTicket: PublishTicket | undefined;

  constructor(backfill: boolean, openedAtMs: number) {
    this.backfill = backfill;
    this.openedAtMs = openedAtMs;
  }

  get count(): number {
    return this.#builder.count;
  }

  get bytes(): number {
    return this.#builder.bytes;
  }

  get publications(): number {
    return this.#tickets.size;
  }

  get isFull(): boolean {
    return this.#builder.isFull;
  }

  add(event: AcceptedEvent, ticket: PublishTicket): void {
    this.#join(ticket);
    this.#builder.add(event);
  }

  addPlain(events: PlainEvents, index: number, ticket: PublishTicket): void {
    this.#join(ticket);
    this.#builder.addPlain(events, index);
  }

  /** Takes rows until the batch is full; returns the position of the first one left over. */
  addRows(columns: EventColumns, rows: Uint32Array, from: number, ticket: PublishTicket): number {
    this.#join(ticket);
    return this.#builder.addRows(columns, rows, from);
  }

  /** The columns of all events; the batch is used up afterwards. */
  build(): EventColumns {
    return this.#builder.build();
  }

  /** The envelope is acknowledged, or failed with `failure`. */
  settle(failure?: AppError): void {
    for (const ticket of this.#tickets) ticket.envelopeSettled(failure);
  }

  /** Each publication counts an envelope once. Consecutive events mostly share theirs, so the set is seldom asked. */
  #join(ticket: PublishTicket): void {
    if (ticket === this.#lastTicket) return;
    this.#lastTicket = ticket;
    if (this.#tickets.has(ticket)) return;
    this.#tickets.add(ticket);
    ticket.envelopeJoined();
  }
}
