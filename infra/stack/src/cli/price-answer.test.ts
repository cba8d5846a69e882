import { describe, expect, it } from 'vitest';
import { answerPriceLine } from './price-answer.ts';

const charge = { price: { model: 'per_unit', currency: 'USD', unitAmount: '0.02' } };

function answer(line: string): Record<string, unknown> {
  return JSON.parse(answerPriceLine(line).text) as Record<string, unknown>;
}

describe('an answer of tidemark price', () => {
  it('is the amount of a case', () => {
    expect(answer(JSON.stringify({ id: 'c1', charge, quantity: '700' }))).toMatchObject({
      id: 'c1',
      amount: '14.00',
    });
  });

  it('is an error for a line that is no JSON', () => {
    expect(answer('{"id":')).toMatchObject({ error: { code: 'ingest/not-json', path: '' } });
  });

  it('is an error for an id that is a list or an object, however deep', () => {
    for (const id of ['{"a":1}', `${'['.repeat(50_000)}${']'.repeat(50_000)}`]) {
      const refused = answer(`{"id":${id},"charge":${JSON.stringify(charge)},"quantity":"1"}`);
      expect(refused).toMatchObject({ error: { code: 'rater/not-a-text', path: 'id' } });
      expect(refused).not.toHaveProperty('id');
    }
  });

  it('gives a number back as the id', () => {
    expect(answer(JSON.stringify({ id: 7, charge, quantity: '1' }))).toMatchObject({ id: 7 });
  });
});
