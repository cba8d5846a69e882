import { readFilter } from '../../meters/filter.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import type { MatrixCell, PriceModel, ReadModel } from './price-model.ts';

const cellsMax = 1000;
const dimensionsMax = 8;

/**
 * A price for each combination of dimension values. An event goes to the first cell, in the order written, whose `when`
 * it meets, else to `default`; without a default it is not measured. Cells with usage rate separately, each by its own
 * model, and the charge is their sum. State: one a cell that has usage. Example with region eu at 0.10 and default 0.05:
 * 10 units in eu and 20 elsewhere are 2.00. As Orb `matrix`, Lago charge filters.
 */
export const matrixPrice: PriceModel = {
  read: (price, _options, readModel) => {
    const dimensions = price.texts('dimensions', dimensionsMax);
    if (dimensions.length === 0) {
      throw new PricingError('rater/empty-list', 'Name a dimension.', price.pathOf('dimensions'));
    }
    const matrix = { price, dimensions, readModel };
    const cells = price.objects('cells', cellsMax, 1).map((cell) => readCell(cell, matrix));
    refuseDuplicates(cells, price);
    const otherwise = price.optionalObject('default');
    return {
      takes: 'cells',
      usesQuantity: true,
      dimensions,
      cells:
        otherwise === undefined ? cells : [...cells, readCellPrice(otherwise, matrix, 'default')],
    };
  },
};

interface MatrixReading {
  readonly price: JsonObject;
  readonly dimensions: readonly string[];
  readonly readModel: ReadModel;
}

function readCell(cell: JsonObject, matrix: MatrixReading): MatrixCell {
  const when = readFilter(cell, 'when');
  for (const name of Object.keys(when)) {
    if (matrix.dimensions.includes(name)) continue;
    const message = `The matrix has no dimension ${name}.`;
    throw new PricingError('rater/unknown-dimension', message, `${cell.pathOf('when')}.${name}`);
  }
  if (Object.keys(when).length === 0) {
    const message = 'A cell names a value of at least one dimension.';
    throw new PricingError('rater/missing-field', message, cell.pathOf('when'));
  }
  const read = readCellPrice(cell.object('price'), matrix, when);
  cell.finish();
  return read;
}

/** A cell holds any model but a matrix, in the currency of the matrix; its rounding is the matrix's unless it has its own. */
function readCellPrice(
  object: JsonObject,
  { price, readModel }: MatrixReading,
  when: MatrixCell['when'],
): MatrixCell {
  if (object.has('currency') && object.currency() !== price.currency()) {
    const message = 'All cells have the currency of the matrix.';
    throw new PricingError('rater/currency-mismatch', message, object.pathOf('currency'));
  }
  const { negative, roundAt, roundMode, pricing } = readModel(object);
  object.finish();
  if (pricing.takes === 'cells') {
    const message = 'A cell holds any model but a matrix.';
    throw new PricingError('rater/model-not-allowed-here', message, object.pathOf('model'));
  }
  return { when, negative, roundAt, roundMode, pricing };
}

function refuseDuplicates(cells: readonly MatrixCell[], price: JsonObject): void {
  const seen = new Set<string>();
  cells.forEach(({ when }, index) => {
    const key = JSON.stringify(
      Object.entries(when).sort(([left], [right]) => (left < right ? -1 : 1)),
    );
    if (seen.has(key)) {
      const path = `${price.pathOf('cells')}[${index}].when`;
      throw new PricingError(
        'rater/duplicate-key',
        'An earlier cell matches the same values.',
        path,
      );
    }
    seen.add(key);
  });
}
