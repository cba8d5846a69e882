/**
 * States of all usage pieces of many billing periods. Pieces of one plan and span are read together. A meter that carries
 * starts from where the period before ended, so its earlier periods are read first, one after the other.
 */
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import type { CarriedState, RatingPeriod } from '@tidemark/rater/pricing';
import type { ChargePiece, PeriodPieces, UsagePiece } from '../pricing/period-pieces.ts';
import { readChargeStates } from './read-charge-states.ts';
import type { StateReadOptions } from './read-charge-states.ts';
import type { MeteredCharge, StateRequest } from './state-request.ts';

export interface PeriodItem {
  readonly customer: string;
  readonly pieces: PeriodPieces;
  /** Earlier periods of the subscription, ascending; only looked at for meters that carry. */
  readonly earlier: readonly PeriodPieces[];
}

/** State by piece; pieces are told apart by identity. */
export type PieceStates = ReadonlyMap<ChargePiece, unknown>;

/** One map for all items; pieces whose states are `known` are not read. */
export async function readPeriodStates(
  clickHouse: ClickHouse,
  items: readonly PeriodItem[],
  options: StateReadOptions,
  known: PieceStates = new Map(),
): Promise<PieceStates> {
  const states = new Map(known);
  const plain = items.flatMap(({ customer, pieces }) =>
    usagePieces(pieces)
      .filter((piece) => piece.metered?.carries === false && !known.has(piece))
      .map((piece) => ({ customer, pieces, piece, carried: null })),
  );
  await readPieces(clickHouse, plain, states, options);
  await readCarrying(clickHouse, items, states, options);
  return states;
}

interface PieceItem {
  readonly customer: string;
  readonly pieces: PeriodPieces;
  readonly piece: UsagePiece;
  readonly carried: CarriedState | null;
}

async function readPieces(
  clickHouse: ClickHouse,
  items: readonly PieceItem[],
  states: Map<ChargePiece, unknown>,
  options: StateReadOptions,
): Promise<void> {
  const shared = new SharedCharges();
  // Pieces of one customer and one span become one request.
  const requests: (StateRequest & { readonly pieces: UsagePiece[] })[] = [];
  const bySpan = new Map<string, PieceItem[]>();
  for (const item of items) {
    const { carried, customer, piece } = item;
    const period = statePeriod(item);
    const key = JSON.stringify([customer, piece.from, piece.to, period.from, period.to, carried]);
    const group = bySpan.get(key);
    if (group === undefined) bySpan.set(key, [item]);
    else group.push(item);
  }
  for (const group of bySpan.values()) {
    const [first] = group;
    if (first === undefined) continue;
    requests.push({
      customer: first.customer,
      span: { from: first.piece.from, to: first.piece.to },
      period: statePeriod(first),
      ...(first.carried !== null && { carried: first.carried }),
      charges: shared.of(group.flatMap(({ piece }) => piece.metered ?? [])),
      pieces: group.map(({ piece }) => piece),
    });
  }
  const read = await readChargeStates(clickHouse, requests, options);
  requests.forEach(({ pieces }, ordinal) => {
    pieces.forEach((piece, position) => states.set(piece, read[ordinal]?.[position]));
  });
}

/** A level over time is folded over the piece itself; pricing weighs it by its length (`stateInWhole`). */
function statePeriod({ piece, pieces }: PieceItem): RatingPeriod {
  return (piece.metered?.timeWeighted ?? null) !== null
    ? { from: piece.from, to: piece.to }
    : pieces.streamed;
}

async function readCarrying(
  clickHouse: ClickHouse,
  items: readonly PeriodItem[],
  states: Map<ChargePiece, unknown>,
  options: StateReadOptions,
): Promise<void> {
  const chains = items.flatMap(({ customer, earlier, pieces }) => {
    const periods = [...earlier, pieces];
    const last = usagePieces(pieces).filter(({ metered }) => metered?.carries === true);
    const keys = new Set(last.map(({ charge }) => charge.charge.key));
    return [...keys].map((key) => ({
      customer,
      carried: null as CarriedState | null,
      pieces: periods.flatMap((period) =>
        usagePieces(period)
          .filter(({ charge, metered }) => charge.charge.key === key && metered?.carries === true)
          .map((piece) => ({ period, piece })),
      ),
    }));
  });
  const longest = chains.reduce((length, { pieces }) => Math.max(length, pieces.length), 0);
  for (let step = 0; step < longest; step++) {
    const batch = chains.flatMap((chain) => {
      const link = chain.pieces[step];
      if (link === undefined) return [];
      const { customer, carried } = chain;
      return [{ chain, item: { customer, pieces: link.period, piece: link.piece, carried } }];
    });
    await readPieces(
      clickHouse,
      batch.map(({ item }) => item),
      states,
      options,
    );
    for (const { chain, item } of batch) {
      chain.carried = item.piece.metered?.rater.carryOut(states.get(item.piece)) ?? null;
    }
  }
}

export function usagePieces(pieces: PeriodPieces): UsagePiece[] {
  return pieces.segments.flatMap((segment) =>
    segment.pieces.flatMap((piece) => (piece.kind === 'usage' ? [piece] : [])),
  );
}

/** Gives equal lists of charges the same array, by which requests are read together. */
class SharedCharges {
  readonly #numbers = new Map<MeteredCharge, number>();
  readonly #lists = new Map<string, readonly MeteredCharge[]>();

  of(charges: readonly MeteredCharge[]): readonly MeteredCharge[] {
    const key = charges.map((charge) => this.#numberOf(charge)).join();
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = charges;
      this.#lists.set(key, list);
    }
    return list;
  }

  #numberOf(charge: MeteredCharge): number {
    let number = this.#numbers.get(charge);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(charge, number);
    }
    return number;
  }
}
