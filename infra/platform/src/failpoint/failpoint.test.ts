import { describe, expect, it } from 'vitest';
import { failpoint, parseFailpoint } from './failpoint.ts';

describe('failpoint', () => {
  it('reads a point and how often it is passed before it acts', () => {
    expect(parseFailpoint('rater/after-rows:kill')).toEqual({
      name: 'rater/after-rows',
      passesLeft: 1,
    });
    expect(parseFailpoint('close/before-commit:kill@3')).toEqual({
      name: 'close/before-commit',
      passesLeft: 3,
    });
    expect(parseFailpoint(undefined)).toBeNull();
  });

  it.each(['rater/after-rows', 'rater/nowhere:kill', 'rater/after-rows:kill@0', 'kill'])(
    'refuses %s, so that a misspelt test cannot pass',
    (text) => {
      expect(() => parseFailpoint(text)).toThrow('names no failpoint');
    },
  );

  it('does nothing when none is armed', () => {
    expect(() => failpoint('rater/after-rows')).not.toThrow();
  });
});
