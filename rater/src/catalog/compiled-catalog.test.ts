import { describe, expect, it } from 'vitest';
import {
  boundaries,
  bytesMeter,
  callsMeter,
  planVersion,
  start,
  subscription,
  tenant,
} from '../../test/fakes/usage-scene.ts';
import type { CatalogChange, MeterChange, PlanVersionChange } from './catalog-change.ts';
import { hashCatalogChanges } from './changes-hash.ts';
import { ChargeCompiler } from './charge-compiler.ts';
import { CompiledCatalog } from './compiled-catalog.ts';
import type { EpochDifference } from './compiled-catalog.ts';

const base = [callsMeter, bytesMeter, planVersion(1, '0.02')];
const hour = 3600 * 1_000_000;

function createCatalog(...changes: CatalogChange[]): CompiledCatalog {
  const catalog = new CompiledCatalog(
    new ChargeCompiler(),
    (_, customer) => customer !== 'foreign',
  );
  catalog.advance(1, [...base, ...changes]);
  return catalog;
}

function charges(catalog: CompiledCatalog, time: number, customer = 'ada'): string[] {
  const { segments } = catalog.route(tenant, customer, 'request', time);
  return segments.map(
    ({ charge, period, from }) => `${charge} ${period.from - start} ${from - start}`,
  );
}

function keysOf({ changed, ended }: EpochDifference): { changed: string[]; ended: string[] } {
  const short = ({ charge, from }: { charge: string; from: number }): string =>
    `${charge} ${from - start}`;
  return { changed: changed.map(short), ended: ended.map(short) };
}

describe('CompiledCatalog.route', () => {
  it('finds the charges of the period that contains the event, both ends as they are', () => {
    const catalog = createCatalog(subscription('ada'));
    expect(charges(catalog, start)).toEqual(['calls 0 0', 'bytes 0 0']);
    expect(charges(catalog, boundaries[1]! - 1)).toEqual(['calls 0 0', 'bytes 0 0']);
    const second = boundaries[1]! - start;
    expect(charges(catalog, boundaries[1]!)).toEqual([
      `calls ${second} ${second}`,
      `bytes ${second} ${second}`,
    ]);
  });

  it('finds none before the start, at the last boundary, after the end, or of another type', () => {
    const catalog = createCatalog(subscription('ada', { endsAt: start + hour }));
    expect(charges(catalog, start - 1)).toEqual([]);
    expect(charges(catalog, start + hour - 1)).toHaveLength(2);
    expect(charges(catalog, start + hour)).toEqual([]);
    expect(charges(createCatalog(subscription('ada')), boundaries[3]!)).toEqual([]);
    expect(catalog.route(tenant, 'ada', 'other', start).segments).toEqual([]);
  });

  it('says for which event times the answer holds', () => {
    const catalog = createCatalog(subscription('ada', { endsAt: start + hour }));
    const holds = (time: number): number[] => {
      const { from, to } = catalog.route(tenant, 'ada', 'request', time);
      return [from, to];
    };
    expect(holds(start - 5)).toEqual([-Infinity, start]);
    expect(holds(start + 5)).toEqual([start, start + hour]);
    expect(holds(start + hour)).toEqual([start + hour, Infinity]);
  });

  it('cuts a period where a phase starts and where another meter version takes effect', () => {
    const version: MeterChange = {
      ...callsMeter,
      version: 2,
      effectiveFrom: start + 3 * hour,
      definition: {
        key: 'calls',
        eventType: 'request',
        aggregation: 'count',
        filter: { kind: ['x'] },
      },
    };
    const phases = [
      { from: start, plan: 'web', version: 1 },
      { from: start + 5 * hour, plan: 'web', version: 2 },
    ];
    const catalog = createCatalog(planVersion(2, '0.03'), version, subscription('ada', { phases }));
    expect(charges(catalog, start + 2 * hour)).toEqual(['calls 0 0', 'bytes 0 0']);
    expect(charges(catalog, start + 4 * hour)).toEqual([`calls 0 ${3 * hour}`, 'bytes 0 0']);
    expect(charges(catalog, start + 6 * hour)).toEqual([
      `calls 0 ${5 * hour}`,
      `bytes 0 ${5 * hour}`,
    ]);
  });

  it('holds only the customers of its partition', () => {
    expect(charges(createCatalog(subscription('foreign')), start, 'foreign')).toEqual([]);
  });
});

describe('CompiledCatalog.advance', () => {
  it('names every segment of a new subscription', () => {
    const catalog = createCatalog();
    const difference = keysOf(catalog.advance(2, [subscription('ada')]));
    expect(difference.changed).toHaveLength(6);
    expect(difference.ended).toEqual([]);
  });

  it('names nothing when what changed changes no charge', () => {
    const catalog = createCatalog(subscription('ada'));
    expect(keysOf(catalog.advance(2, [subscription('ada')]))).toEqual({ changed: [], ended: [] });
    expect(keysOf(catalog.advance(3, [planVersion(2, '0.5')]))).toEqual({ changed: [], ended: [] });
    expect(keysOf(catalog.advance(4, [{ ...callsMeter }]))).toEqual({ changed: [], ended: [] });
  });

  it('names the new periods only when more of them are written', () => {
    const catalog = createCatalog(subscription('ada', { boundaries: boundaries.slice(0, 3) }));
    const third = boundaries[2]! - start;
    expect(keysOf(catalog.advance(2, [subscription('ada')]))).toEqual({
      changed: [`bytes ${third}`, `calls ${third}`],
      ended: [],
    });
  });

  it('names the segments that a meter version changes, and those that end', () => {
    const catalog = createCatalog(subscription('ada', { boundaries: boundaries.slice(0, 2) }));
    const deleted: MeterChange = {
      ...callsMeter,
      version: 2,
      effectiveFrom: start + hour,
      definition: null,
    };
    expect(keysOf(catalog.advance(2, [deleted]))).toEqual({ changed: ['calls 0'], ended: [] });
    const always = { ...deleted, version: 3, effectiveFrom: start };
    expect(keysOf(catalog.advance(3, [always])).ended).toEqual(['calls 0']);
    expect(keysOf(catalog.advance(4, [subscription('ada', { endsAt: start })])).ended).toContain(
      'bytes 0',
    );
  });

  it('takes epochs one after the other', () => {
    expect(() => createCatalog().advance(3, [])).toThrow('does not follow');
  });

  it('calls a definition that cannot be read a fault', () => {
    const broken: MeterChange = { ...callsMeter, definition: { key: 'calls' } };
    expect(() => createCatalog(broken, subscription('ada'))).toThrow('cannot be read');
  });
});

describe('CompiledCatalog.valueRule', () => {
  it('lists what the meters of a type read as numbers, subscribed or not', () => {
    expect(createCatalog().valueRule(tenant, 'request', start)).toEqual({
      from: -Infinity,
      to: Infinity,
      numbers: ['bytes'],
      operations: [],
    });
    expect(createCatalog().valueRule(tenant, 'other', start).numbers).toEqual([]);
  });

  it('lists the operations that a count of distinct values knows, from its first version on', () => {
    const seats: MeterChange = {
      ...callsMeter,
      key: 'seats',
      effectiveFrom: start,
      definition: {
        key: 'seats',
        eventType: 'request',
        aggregation: 'unique_count',
        property: 'seat',
      },
    };
    const catalog = createCatalog(seats);
    expect(catalog.valueRule(tenant, 'request', start)).toEqual({
      from: start,
      to: Infinity,
      numbers: ['bytes'],
      operations: ['add', 'remove'],
    });
    expect(catalog.valueRule(tenant, 'request', start - 1)).toMatchObject({
      to: start,
      operations: [],
    });
  });
});

describe('CompiledCatalog.valueRule of dynamic prices', () => {
  it('lists the property that carries the amount, also in a cell, once a plan names it', () => {
    const price = (property: string) => ({
      model: 'dynamic',
      currency: 'USD',
      amountProperty: property,
    });
    const cells = [{ when: { region: 'eu' }, price: price('fee') }];
    const matrix = { model: 'matrix', currency: 'USD', dimensions: ['region'], cells };
    const plan: PlanVersionChange = {
      kind: 'plan-version',
      tenant,
      plan: 'shop',
      version: 1,
      currency: 'USD',
      charges: [
        { key: 'costs', meter: 'calls', price: price('cost') },
        { key: 'fees', meter: 'calls', price: matrix },
      ],
    };
    const catalog = createCatalog();
    expect(catalog.valueRule(tenant, 'request', start).numbers).toEqual(['bytes']);
    catalog.advance(2, [plan]);
    expect(catalog.valueRule(tenant, 'request', start).numbers).toEqual(['bytes', 'cost', 'fee']);
    expect(catalog.valueRule(tenant, 'other', start).numbers).toEqual([]);
  });
});

describe('hashCatalogChanges', () => {
  it('does not depend on the order of fields, but on the order of changes and on every value', () => {
    const [one, two] = [subscription('ada'), subscription('bob')];
    const reordered = Object.fromEntries(Object.entries(one).reverse()) as unknown as typeof one;
    expect(hashCatalogChanges([reordered, two])).toBe(hashCatalogChanges([one, two]));
    expect(hashCatalogChanges([two, one])).not.toBe(hashCatalogChanges([one, two]));
    expect(hashCatalogChanges([one])).not.toBe(
      hashCatalogChanges([subscription('ada', { endsAt: 5 })]),
    );
  });
});
