import { describe, expect, it } from 'vitest';
import { Rational } from '../../money/index.ts';
import { catalogRules, JsonObject, previewRules } from './json-object.ts';
import { isPricingError, PricingError } from './pricing-error.ts';

const read = (fields: object, rules = previewRules, path = 'at'): JsonObject =>
  JsonObject.read(fields, path, rules);

function refusal(work: () => unknown): string {
  try {
    return `not refused: ${JSON.stringify(work())}`;
  } catch (error) {
    return isPricingError(error) ? `${error.code} ${error.path}` : 'another error';
  }
}

describe('a JSON object', () => {
  it('is an object and nothing else', () => {
    for (const value of [null, undefined, [], 'x', 1, true]) {
      expect(refusal(() => JsonObject.read(value, 'at', previewRules))).toBe(
        'rater/not-an-object at',
      );
    }
  });

  it('names paths from the whole document', () => {
    expect(read({}).pathOf('field')).toBe('at.field');
    expect(read({}, previewRules, '').pathOf('field')).toBe('field');
    expect(
      read({ inner: { x: 1 } })
        .object('inner')
        .pathOf('x'),
    ).toBe('at.inner.x');
    expect(read({ items: [{}] }).objects('items', 1)[0]?.path).toBe('at.items[0]');
  });

  it('tells a field that is null from one that is not there', () => {
    const object = read({ nothing: null, undefined, something: 0 });
    expect(
      ['nothing', 'undefined', 'something', 'toString'].map((name) => object.has(name)),
    ).toEqual([false, false, true, false]);
    expect(['nothing', 'undefined', 'absent', 'toString'].map((n) => object.isGiven(n))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([object.raw('nothing'), object.given('nothing')]).toEqual([undefined, null]);
    expect([object.raw('something'), object.given('something')]).toEqual([0, 0]);
    expect(object.given('toString')).toBeUndefined();
  });

  it('refuses what nobody has read, and only that', () => {
    const fields = { a: '1', b: null, c: 'x' };
    const object = read(fields);
    object.decimal('a');
    object.has('b');
    expect(refusal(() => object.finish())).toBe('rater/unknown-field at.c');
    object.isGiven('c');
    expect(refusal(() => object.finish())).toBe('not refused: undefined');
    const named = read(fields);
    expect(named.names()).toEqual(['a', 'b', 'c']);
    named.finish();
  });

  it.each<[string, (object: JsonObject) => unknown, unknown, string]>([
    ['decimal', (object) => object.decimal('x'), 1, 'rater/not-a-decimal at.x'],
    ['decimal', (object) => object.decimal('x'), null, 'rater/missing-field at.x'],
    ['decimals', (object) => object.decimals('x', 2), ['1', 'y'], 'rater/not-a-decimal at.x[1]'],
    ['decimals', (object) => object.decimals('x', 1), ['1', '2'], 'rater/too-many-items at.x'],
    ['text', (object) => object.text('x'), '', 'rater/not-a-text at.x'],
    ['text', (object) => object.text('x'), 5, 'rater/not-a-text at.x'],
    ['text', (object) => object.text('x'), 'a'.repeat(257), 'rater/not-a-text at.x'],
    ['text', (object) => object.text('x', 3), 'abcd', 'rater/not-a-text at.x'],
    ['key', (object) => object.key('x'), '.a', 'rater/not-a-key at.x'],
    ['key', (object) => object.key('x'), 'a/b', 'rater/not-a-key at.x'],
    ['currency', (object) => object.currency('x'), 'XXX', 'rater/unknown-currency at.x'],
    ['choice', (object) => object.choice('x', ['a']), 'b', 'rater/value-not-allowed at.x'],
    ['integer', (object) => object.integer('x', 0, 9), 10, 'rater/not-an-integer at.x'],
    ['integer', (object) => object.integer('x', 0, 9), -1, 'rater/not-an-integer at.x'],
    ['integer', (object) => object.integer('x', 0, 9), 0.5, 'rater/not-an-integer at.x'],
    ['integer', (object) => object.integer('x', 0, 9), '5', 'rater/not-an-integer at.x'],
    ['count', (object) => object.optionalCount('x'), 0.5, 'rater/not-an-integer at.x'],
    ['count', (object) => object.optionalCount('x'), -1, 'rater/negative-value at.x'],
    ['count', (object) => object.optionalCount('x'), true, 'rater/not-a-decimal at.x'],
    ['boolean', (object) => object.boolean('x', true), 'true', 'rater/not-a-boolean at.x'],
    ['object', (object) => object.object('x'), [], 'rater/not-an-object at.x'],
    ['object', (object) => object.optionalObject('x'), 'y', 'rater/not-an-object at.x'],
    ['list', (object) => object.list('x', 9), {}, 'rater/not-a-list at.x'],
    ['list', (object) => object.list('x', 1), [1, 2], 'rater/too-many-items at.x'],
    ['list', (object) => object.list('x', 3, 2), [1], 'rater/empty-list at.x'],
    ['objects', (object) => object.objects('x', 9), [{}, 1], 'rater/not-an-object at.x[1]'],
    ['objects', (object) => object.objects('x', 9, 1), [], 'rater/empty-list at.x'],
    ['texts', (object) => object.texts('x', 9), ['a', ''], 'rater/not-a-text at.x[1]'],
    ['texts', (object) => object.texts('x', 9), ['a', 1], 'rater/not-a-text at.x[1]'],
    ['texts', (object) => object.texts('x', 9), ['a'.repeat(257)], 'rater/not-a-text at.x[0]'],
  ])('refuses a %s that is none (%#)', (_kind, take, value, expected) => {
    expect(refusal(() => take(read({ x: value })))).toBe(expected);
  });

  it('takes what is at the limit', () => {
    expect(read({ x: 'a'.repeat(256) }).text('x')).toHaveLength(256);
    expect(read({ x: 'abc' }).text('x', 3)).toBe('abc');
    expect(read({ x: 'a'.repeat(128) }).key('x')).toHaveLength(128);
    expect([0, 9].map((x) => read({ x }).integer('x', 0, 9))).toEqual([0, 9]);
    expect(read({ x: [1, 2] }).list('x', 2, 2)).toEqual([1, 2]);
    expect(read({ x: ['a'.repeat(256)] }).texts('x', 1)).toHaveLength(1);
    expect(read({ x: 3 }).optionalCount('x')?.equals(Rational.of(3n))).toBe(true);
    expect(read({ x: '3' }).optionalCount('x')?.equals(Rational.of(3n))).toBe(true);
  });

  it('has defaults where a field may be left out', () => {
    const empty = read({ x: null });
    expect(empty.optionalDecimal('x')).toBeUndefined();
    expect(empty.optionalText('x')).toBeUndefined();
    expect(empty.optionalObject('x')).toBeUndefined();
    expect(empty.optionalObjects('x', 1)).toEqual([]);
    expect(empty.optionalCount('x')).toBeUndefined();
    expect(empty.choiceOr('x', ['a', 'b'], 'b')).toBe('b');
    expect(read({ x: 'a' }).choiceOr('x', ['a', 'b'], 'b')).toBe('a');
    expect([true, false].map((otherwise) => empty.boolean('x', otherwise))).toEqual([true, false]);
    expect(read({ x: false }).boolean('x', true)).toBe(false);
  });

  it('is stricter in a catalog than where a price is tried out', () => {
    const long = `0.${'1'.repeat(19)}`;
    expect(refusal(() => read({ x: long }, catalogRules).decimal('x'))).toBe(
      'rater/too-many-decimals at.x',
    );
    expect(read({ x: long }).decimal('x').scale).toBe(19);
    expect(refusal(() => read({ x: `0.${'1'.repeat(37)}` }).decimal('x'))).toBe(
      'rater/too-many-decimals at.x',
    );
    expect(refusal(() => read({ x: '1'.repeat(21) }).decimal('x'))).toBe(
      'rater/too-many-digits at.x',
    );
    expect(read({}).key('x')).toBe('');
    expect(refusal(() => read({}, catalogRules).key('x'))).toBe('rater/missing-field at.x');
    expect(refusal(() => read({ x: '' }).key('x'))).toBe('rater/not-a-text at.x');
  });

  it('bounds the sign of a decimal', () => {
    const signed = (x: string, sign?: 'positive' | 'not-negative' | 'any') =>
      refusal(() => read({ x }).decimal('x', sign === undefined ? {} : { sign }).numerator > 99n);
    expect(signed('-1')).toBe('not refused: false');
    expect(signed('-1', 'any')).toBe('not refused: false');
    expect(signed('-1', 'not-negative')).toBe('rater/negative-value at.x');
    expect(signed('0', 'not-negative')).toBe('not refused: false');
    expect(signed('0', 'positive')).toBe('rater/not-positive at.x');
    expect(signed('0.1', 'positive')).toBe('not refused: false');
  });
});

describe('a pricing error', () => {
  it('lists its place as a problem document does', () => {
    const error = new PricingError('rater/not-a-list', 'This must be a list.', 'a.b');
    expect(error).toMatchObject({ name: 'PricingError', code: 'rater/not-a-list', path: 'a.b' });
    expect(error.errors).toEqual([{ path: 'a.b', message: 'This must be a list.' }]);
    expect(isPricingError(new Error('x'))).toBe(false);
  });
});
