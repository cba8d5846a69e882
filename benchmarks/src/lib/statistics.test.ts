import { describe, expect, it } from 'vitest';
import { spreadOf } from './statistics.ts';

describe('spreadOf', () => {
  it('takes the middle and the quartiles, between neighbours where they fall between', () => {
    expect(spreadOf([5, 1, 3, 2, 4])).toEqual({ median: 3, low: 2, high: 4 });
    expect(spreadOf([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75 });
  });

  it('is not moved by one disturbed round', () => {
    expect(spreadOf([10, 10, 10, 10, 900]).median).toBe(10);
  });
});
