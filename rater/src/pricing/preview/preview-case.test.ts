import { describe, expect, it } from 'vitest';
import { previewCase } from './preview-case.ts';

const round = { kind: 'round', amount: '1.005', precision: 2 };

describe('a case', () => {
  it.each([['a'], [7], [null], [false]])('comes back under its id %j, right or wrong', (id) => {
    expect(previewCase({ ...round, id })).toEqual({ id, amount: '1.01' });
    expect(previewCase({ ...round, id, amount: 'x' })).toMatchObject({
      id,
      error: { code: 'rater/not-a-decimal', path: 'amount' },
    });
  });

  it.each([[{}], [[1]]])('has no id such as %j', (id) => {
    const refused = { code: 'rater/not-a-text', path: 'id' };
    const result = previewCase({ ...round, id });
    expect(result).toMatchObject({ error: refused });
    expect(result).not.toHaveProperty('id');
  });

  it.each([[null], ['x'], [1], [[]], [undefined]])('is no %j', (json) => {
    expect(previewCase(json)).toMatchObject({ error: { code: 'rater/not-an-object', path: '' } });
  });
});
