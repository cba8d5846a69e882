// What the test suites of open billing systems expect, given by the oracle and by the pricing core.
import { describe, expect, it } from 'vitest';
import { previewCase } from '@tidemark/rater/pricing';
import type { ExampleRow } from '../examples/example-row.ts';
import { peerCases } from '../examples/peer-cases.ts';
import { oracleCase } from '../oracle/oracle-case.ts';

const rows = peerCases.map((row): [string, string, ExampleRow] => [row.says, row.source, row]);

describe('cases of other systems', () => {
  it.each(rows)('prices "%s" as %s', (_says, _source, { input, expected }) => {
    expect(oracleCase(input), 'oracle').toMatchObject(expected);
    expect(previewCase(input), 'core').toMatchObject(expected);
  });
});
