import { compileFilter } from '../../meters/filter.ts';
import { sumOf } from '../../money/index.ts';
import type { CarriedState, RatingPeriod, UsageSample } from '../charge-rater.ts';
import type { CellPricing, MatrixCell } from '../models/price-model.ts';
import type { Usage } from '../usage.ts';
import type { UsageFold } from './usage-fold.ts';

interface CellStates {
  readonly period: RatingPeriod;
  /** By the cell's index; only cells that have usage. */
  readonly states: Map<number, unknown>;
}

type CellsUsage = Extract<Usage, { takes: 'cells' }>;

/** A matrix: one state a cell that has usage, each as its own price needs it. */
export function cellFold(
  pricing: CellPricing,
  foldOf: (cell: MatrixCell) => UsageFold<unknown>,
): UsageFold<CellStates, CellsUsage> {
  const folds = pricing.cells.map(foldOf);
  const findCell = compileCells(pricing.cells);
  const fold = (index: number): UsageFold<unknown> => {
    const found = folds[index];
    if (found === undefined) throw new RangeError(`The matrix has no cell ${index}.`);
    return found;
  };
  const inOrder = (cells: CellStates): [number, unknown][] =>
    [...cells.states].sort(([left], [right]) => left - right);
  return {
    mode: folds.some(({ mode }) => mode === 'deferred') ? 'deferred' : 'stream',
    aggregate: 'fold',
    numberProperties: [...new Set(folds.flatMap(({ numberProperties }) => numberProperties))],
    empty: (period, carried) => {
      const states = new Map<number, unknown>();
      for (const { index, carried: own } of carriedCells(carried)) {
        states.set(index, fold(index).empty(period, own));
      }
      return { period, states };
    },
    add: ({ period, states }, sample) => {
      const index = findCell(sample);
      if (index < 0) return 'unmatched';
      const known = states.has(index);
      const state = known ? states.get(index) : fold(index).empty(period);
      const result = fold(index).add(state, sample);
      if (!known && result === 'measured') states.set(index, state);
      return result;
    },
    merge: (left, right) => {
      const states = new Map(left.states);
      for (const [index, state] of right.states) {
        states.set(index, states.has(index) ? fold(index).merge(states.get(index), state) : state);
      }
      return { ...left, states };
    },
    encode: (cells) => ({
      from: cells.period.from,
      to: cells.period.to,
      cells: inOrder(cells).map(([index, state]) => ({ index, state: fold(index).encode(state) })),
    }),
    decode: (stored) => ({
      period: { from: stored.raw('from') as number, to: stored.raw('to') as number },
      states: new Map(
        stored.objects('cells', folds.length).map((cell) => {
          const index = cell.integer('index', 0, folds.length - 1);
          return [index, fold(index).decode(cell.object('state'))];
        }),
      ),
    }),
    carryOut: (cells) => {
      const carried = inOrder(cells).flatMap(([index, state]) => {
        const own = fold(index).carryOut(state);
        return own === null ? [] : [{ index, carried: own }];
      });
      return carried.length === 0 ? null : { kind: 'cells', cells: carried };
    },
    quantity: (cells) => {
      // No usage at all is what the meter itself measures of no events: 0 for a sum, none for a maximum.
      if (cells.states.size === 0) return fold(0).quantity(fold(0).empty(cells.period));
      const quantities = inOrder(cells).map(([index, state]) => fold(index).quantity(state));
      // A cell has a state only once it has measured.
      return sumOf(quantities.filter((quantity) => quantity !== null));
    },
    usage: (cells) => ({
      takes: 'cells',
      cells: inOrder(cells).map(([index, state]) => ({ index, usage: fold(index).usage(state) })),
    }),
  };
}

function carriedCells(
  carried: CarriedState | undefined,
): readonly { readonly index: number; readonly carried: CarriedState }[] {
  return carried?.kind === 'cells' ? carried.cells : [];
}

/** Index of the first cell that the event's dimensions match; -1 when none does. */
function compileCells(cells: readonly MatrixCell[]): (sample: UsageSample) => number {
  const conditions = cells.map(({ when }) => (when === 'default' ? null : compileFilter(when)));
  return (sample) => conditions.findIndex((matches) => matches === null || matches(sample));
}
