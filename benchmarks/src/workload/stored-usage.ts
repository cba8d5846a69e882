/** What must stand in rated rows, whoever rated them: counts, duplicates and the exact sum of all charges. */
import { decodeNativeBlocks, nativeColumn } from '@tidemark/rater/rows';
import type { NativeBlock, RowBlocks } from '@tidemark/rater/rows';
import { mustEqual } from '../lib/comparison.ts';
import { amountScale } from './usage.ts';
import type { ExpectedUsage } from './usage.ts';

/** Of `charge_totals.quantity`. */
const quantityScale = 18;

/** Follows the rows of a run, flush by flush, and compares what they amount to with what was generated. */
export class RatedRowsCheck {
  readonly #counts = { logged: 0, stored: 0, duplicate: 0, dead: 0 };
  readonly #quantities = new Map<string, bigint>();
  readonly #expected = { logged: 0, stored: 0, duplicates: 0, amountThousandths: 0n };

  /** The flushes of a piece of the log, in their order. Throws `WrongResult`. */
  check(flushes: readonly RowBlocks[], expected: ExpectedUsage): void {
    for (const blocks of flushes) {
      for (const block of decoded(blocks.envelope_outcomes)) addCounts(this.#counts, block);
      for (const block of decoded(blocks.charge_totals)) noteQuantities(this.#quantities, block);
    }
    this.#expected.logged += expected.logged;
    this.#expected.stored += expected.stored;
    this.#expected.duplicates += expected.duplicates;
    this.#expected.amountThousandths += expected.amountThousandths;
    mustEqual('logged events', this.#counts.logged, this.#expected.logged);
    mustEqual('stored events', this.#counts.stored, this.#expected.stored);
    mustEqual('duplicates', this.#counts.duplicate, this.#expected.duplicates);
    mustEqual('dead letters', this.#counts.dead, 0);
    const sum = [...this.#quantities.values()].reduce((total, quantity) => total + quantity, 0n);
    mustEqual('sum of all charges', sum, expectedSum(this.#expected));
  }
}

/** The measured quantities of all charges: each event counts once, and its amount is added once. */
export function expectedSum({ stored, amountThousandths }: ExpectedUsage): bigint {
  const counted = BigInt(stored) * 10n ** BigInt(quantityScale);
  return counted + amountThousandths * 10n ** BigInt(quantityScale - amountScale);
}

function decoded(blocks: readonly Uint8Array[] | undefined): NativeBlock[] {
  return (blocks ?? []).flatMap(decodeNativeBlocks);
}

function addCounts(counts: Record<string, number>, block: NativeBlock): void {
  for (const name of Object.keys(counts)) {
    for (const value of Array.from(nativeColumn(block, name, 'number').values)) {
      counts[name] = (counts[name] ?? 0) + value;
    }
  }
}

/** A later row of a total stands in place of an earlier one. */
function noteQuantities(quantities: Map<string, bigint>, block: NativeBlock): void {
  const subscriptions = nativeColumn(block, 'subscription', 'text').values;
  const charges = nativeColumn(block, 'charge', 'text').values;
  nativeColumn(block, 'quantity', 'decimal').values.forEach((quantity, row) => {
    quantities.set(`${subscriptions[row]} ${charges[row]}`, quantity ?? 0n);
  });
}
