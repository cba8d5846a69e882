import { previewCase } from '@tidemark/rater/pricing';

interface Line {
  readonly tier?: number;
  readonly cell?: unknown;
  readonly quantity?: string;
  readonly packages?: string;
  readonly rate?: string;
  readonly unitAmount?: string;
  readonly flatAmount?: string;
  readonly kind?: string;
  readonly note?: string;
  readonly amount: string;
  readonly exactAmount: string;
}

/** How a charge's amount came about, one short text a line: `tier 1: 10 x 2 + 1 = 21`. */
export function lineTexts(input: object): string[] {
  const { lines, error } = previewCase(input) as {
    readonly lines?: readonly Line[];
    readonly error?: { readonly code: string };
  };
  return lines === undefined ? [error?.code ?? ''] : lines.map(lineText);
}

/** The amounts of a charge's lines, rounded. */
export function roundedAmounts(input: object): string[] {
  return (previewCase(input) as { readonly lines: readonly Line[] }).lines.map(
    ({ amount }) => amount,
  );
}

function lineText(line: Line): string {
  const { tier, cell, quantity, packages, rate, unitAmount, flatAmount, kind, note } = line;
  const parts = [
    ...(kind === undefined ? [] : [kind]),
    ...(cell === undefined ? [] : [JSON.stringify(cell)]),
    ...(tier === undefined ? [] : [`tier ${tier}:`]),
    ...(quantity === undefined ? [] : [quantity]),
    ...(packages === undefined ? [] : [`in ${packages}`]),
    ...(rate === undefined ? [] : [`x ${rate}%`]),
    ...(unitAmount === undefined ? [] : [`x ${unitAmount}`]),
    ...(flatAmount === undefined ? [] : [`+ ${flatAmount}`]),
    `= ${line.exactAmount}`,
    ...(note === undefined ? [] : [`(${note})`]),
  ];
  return parts.join(' ');
}
