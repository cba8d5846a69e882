// The documented figures of public pages, given by the oracle and by the pricing core.
import { describe, expect, it } from 'vitest';
import { previewCase } from '@tidemark/rater/pricing';
import type { ExampleRow } from '../examples/example-row.ts';
import { publicExamples } from '../examples/public-examples.ts';
import { oracleCase } from '../oracle/oracle-case.ts';

const rows = publicExamples.map((row): [string, string, ExampleRow] => [row.says, row.source, row]);

describe('public examples', () => {
  it.each(rows)('prices "%s" as %s says', (_says, _source, { input, expected }) => {
    expect(oracleCase(input), 'oracle').toMatchObject(expected);
    expect(previewCase(input), 'core').toMatchObject(expected);
  });

  it('come from at least eight systems', () => {
    const hosts = publicExamples.map(({ source }) => new URL(source).hostname);
    expect(new Set(hosts).size).toBeGreaterThanOrEqual(8);
  });
});
