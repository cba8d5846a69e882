// Good cases with a few of their values replaced or taken away: each gets an answer, a result or an error with its place.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { previewCase } from '@tidemark/rater/pricing';
import { peerCases } from '../examples/peer-cases.ts';
import { publicExamples } from '../examples/public-examples.ts';

type Json = Record<string, unknown>;

const inputs = [...peerCases, ...publicExamples].map(({ input }) => input);
const taken = Symbol('taken away');

const brokenValue = fc.constantFrom<unknown>(
  taken,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  [],
  {},
  [null],
  '',
  '0',
  '-0',
  '-1',
  '0.005',
  '1e5',
  '100000000000000000000',
  '99999999999999999999.999999999999999999999999999999999999',
  '-0.000000000000000000000000000000000001',
  'USD',
  'JPY',
  'credit',
  'tier',
  'half_even',
  'day_inclusive',
  'time_weighted',
  'percentage',
  'matrix',
  '__proto__',
  'constructor',
  '2023-08-15T12:30:00.123456Z',
  '9999-12-31T23:59:59Z',
  'Pacific/Apia',
  { from: '2023-08-01T00:00:00Z', to: '2023-08-11T00:00:00Z' },
  { every: 3, unit: 'month' },
);

/** Every place of a case: an object or a list, and a name or an index in it. */
function placesOf(node: unknown): [parent: Json, name: string][] {
  if (typeof node !== 'object' || node === null) return [];
  const parent = node as Json;
  return Object.keys(parent).flatMap((name) => [[parent, name], ...placesOf(parent[name])]);
}

const brokenCase = fc
  .tuple(
    fc.constantFrom(...inputs),
    fc.array(fc.tuple(fc.nat(), brokenValue), { minLength: 1, maxLength: 3 }),
  )
  .map(([input, changes]) => {
    const broken = structuredClone(input) as unknown as Json;
    for (const [position, value] of changes) {
      const places = placesOf(broken);
      const [parent, name] = places[position % places.length] ?? [broken, 'kind'];
      if (value === taken) Reflect.deleteProperty(parent, name);
      else parent[name] = structuredClone(value);
    }
    // As a line of text would bring it.
    return JSON.parse(JSON.stringify(broken)) as Json;
  });

const isWritten = (value: unknown): boolean =>
  typeof value !== 'string' || !/^-?[\d.]+e|^-0[.0]*$|NaN|Infinity|undefined/i.test(value);

it('answers a case whatever has become of it', () => {
  fc.assert(
    fc.property(brokenCase, (broken) => {
      const answer = previewCase(broken) as Json;
      expect(previewCase(structuredClone(broken))).toEqual(answer);
      if (answer['error'] === undefined) {
        for (const [parent, name] of placesOf(answer)) {
          // A key comes back as it was given.
          if (name !== 'key' && name !== 'id') expect(parent[name]).toSatisfy(isWritten);
        }
        return;
      }
      expect(answer['error']).toEqual({
        code: expect.stringMatching(/^rater\/[a-z-]+$/) as string,
        message: expect.stringMatching(/./) as string,
        path: expect.any(String) as string,
      });
    }),
    { numRuns: 10_000 },
  );
});
