// What OpenMeter's delta engine tests expect of runs over one period: each bills the difference to what was billed before,
// also when a tier, a correction or a bound makes it negative.
import type { Charge, Price } from '../oracle/case-types.ts';
import type { ExampleRow } from './example-row.ts';
import { tiers } from './example-row.ts';

const OM_RATING = 'openmeterio/openmeter openmeter/billing/charges/usagebased/service/rating';

function delta(
  test: string,
  price: Price,
  rows: [snapshots: string[], deltas: string[]][],
  more: Partial<Charge> = {},
): ExampleRow[] {
  return rows.map(([snapshots, deltas]) => ({
    source: `${OM_RATING}/${test}_test.go`,
    says: `${price.model}, ${snapshots.join(', then ')}, ${JSON.stringify(more)}`,
    input: { charge: { price: { currency: 'USD', ...price }, ...more }, snapshots },
    expected: { deltas },
  }));
}

const unitTiers: Price = { model: 'volume', tiers: tiers(['15', '10'], [null, '5']) };
const flatTiers: Price = {
  model: 'volume',
  tiers: [
    { upTo: '5', flatAmount: '100' },
    { upTo: null, flatAmount: '150' },
  ],
};
const flatThenUnit: Price = {
  model: 'volume',
  tiers: [
    { upTo: '5', flatAmount: '100' },
    { upTo: null, unitAmount: '10' },
  ],
};
const graduated: Price = {
  model: 'graduated',
  tiers: tiers(['5', '1'], ['10', '2'], [null, '3']),
};
const packages: Price = { model: 'package', packageSize: '10', packageAmount: '15' };
const dynamic = (multiplier: string): Price => ({
  model: 'dynamic',
  amountProperty: 'cost',
  multiplier,
});

const perUnit = (unitAmount: string): Price => ({ model: 'per_unit', unitAmount });
const subtractTiers: Price = {
  model: 'graduated',
  tiers: tiers(['10', '1'], ['20', '2'], [null, '3']),
};
const subtractFlats: Price = {
  model: 'graduated',
  tiers: tiers(['10', '1', '100'], ['20', '2', '200'], [null, '3']),
};

const subtractRows: ExampleRow[] = [
  ...delta('subtract/subtract', perUnit('10'), [
    [
      ['3', '5'],
      ['30.00', '20.00'],
    ],
    [
      ['5', '5'],
      ['50.00', '0.00'],
    ],
    [
      ['5', '0'],
      ['50.00', '-50.00'],
    ],
  ]),
  ...delta('subtract/subtract', perUnit('0.001'), [
    [
      ['333', '666'],
      ['0.33', '0.34'],
    ],
    [
      ['100', '102'],
      ['0.10', '0.00'],
    ],
    [
      ['6', '0'],
      ['0.01', '-0.01'],
    ],
  ]),
  ...delta(
    'subtract/subtract',
    perUnit('10'),
    [
      [
        ['5', '15'],
        ['50.00', '50.00'],
      ],
      [
        ['15', '20'],
        ['100.00', '0.00'],
      ],
    ],
    { maximum: '100' },
  ),
  ...delta(
    'subtract/subtract',
    perUnit('10'),
    [
      [
        ['0', '0'],
        ['0.00', '100.00'],
      ],
      [
        ['0', '5'],
        ['0.00', '100.00'],
      ],
    ],
    { minimum: '100' },
  ),
  ...delta('subtract/subtract', subtractTiers, [
    [
      ['3', '7'],
      ['3.00', '4.00'],
    ],
    [
      ['8', '15'],
      ['8.00', '12.00'],
    ],
    [
      ['5', '25'],
      ['5.00', '40.00'],
    ],
    [
      ['15', '8'],
      ['20.00', '-12.00'],
    ],
  ]),
  // From nothing: the first tier's flat amount is due with the first run, which that suite rates as no line.
  ...delta('subtract/subtract', subtractFlats, [
    [
      ['0', '15'],
      ['100.00', '220.00'],
    ],
  ]),
];

export const deltaRows: ExampleRow[] = [
  ...subtractRows,
  ...delta('delta/tieredvolume', unitTiers, [
    [
      ['12', '14'],
      ['120.00', '20.00'],
    ],
    [
      ['15', '16', '16'],
      ['150.00', '-70.00', '0.00'],
    ],
    [
      ['15', '15', '16'],
      ['150.00', '0.00', '-70.00'],
    ],
  ]),
  ...delta(
    'delta/tieredvolume',
    unitTiers,
    [
      [
        ['15', '16'],
        ['100.00', '-20.00'],
      ],
    ],
    { maximum: '100' },
  ),
  ...delta(
    'delta/tieredvolume',
    unitTiers,
    [
      [
        ['20', '21'],
        ['150.00', '-70.00'],
      ],
    ],
    { allowance: '5' },
  ),
  ...delta(
    'delta/tieredvolume',
    { model: 'volume', tiers: tiers([null, '10']) },
    [
      [
        ['10', '10'],
        ['100.00', '50.00'],
      ],
    ],
    { minimum: '150' },
  ),
  ...delta('delta/tieredvolume', flatTiers, [
    [
      ['5', '7'],
      ['100.00', '50.00'],
    ],
    [['0'], ['100.00']],
  ]),
  ...delta('delta/tieredvolume', flatThenUnit, [
    [
      ['5', '6'],
      ['100.00', '-40.00'],
    ],
  ]),
  ...delta('delta/tieredgraduated', graduated, [
    [
      ['3', '5'],
      ['3.00', '2.00'],
    ],
    [
      ['3', '7'],
      ['3.00', '6.00'],
    ],
    [
      ['3', '12'],
      ['3.00', '18.00'],
    ],
  ]),
  ...delta('delta/package', packages, [
    [
      ['1', '31'],
      ['15.00', '45.00'],
    ],
    [
      ['9', '1'],
      ['15.00', '0.00'],
    ],
    [
      ['11', '9'],
      ['30.00', '-15.00'],
    ],
    [
      ['1', '0'],
      ['15.00', '-15.00'],
    ],
  ]),
  ...delta('delta/dynamic', dynamic('1'), [
    [
      ['10', '15'],
      ['10.00', '5.00'],
    ],
    [
      ['10', '10'],
      ['10.00', '0.00'],
    ],
  ]),
  ...delta('delta/dynamic', dynamic('0.001'), [
    [
      ['333', '666'],
      ['0.33', '0.34'],
    ],
  ]),
  ...delta(
    'delta/dynamic',
    dynamic('10'),
    [
      [
        ['8', '12'],
        ['80.00', '20.00'],
      ],
    ],
    { maximum: '100' },
  ),
  ...delta(
    'delta/dynamic',
    dynamic('1'),
    [
      [
        ['10', '10'],
        ['10.00', '90.00'],
      ],
    ],
    { minimum: '100' },
  ),
];
