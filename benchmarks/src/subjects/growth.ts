/** How the rating step moves with what a producer decides: how many events are copies, and how many share an envelope. */
import type { Comparison } from '../lib/comparison.ts';
import { ratingCase } from './rating.ts';

export const duplicates: Comparison = {
  name: 'duplicates',
  question: 'What does an event cost by the share of duplicates?',
  quick: false,
  cases: [0, 1, 10, 50].map((percent) =>
    ratingCase(`duplicates-${percent}`, `${percent} % duplicates`, { duplicates: percent / 100 }),
  ),
  // Above 1: a copy is cheaper than a first one.
  ratios: [
    { name: '50 % duplicates / none', of: 'duplicates-50', to: 'duplicates-0', by: 'cpu' },
    { name: '1 % duplicates / none', of: 'duplicates-1', to: 'duplicates-0', by: 'cpu' },
  ],
};

export const envelopeSizes: Comparison = {
  name: 'envelope-sizes',
  question: 'What does an event cost by the number of events in its envelope?',
  quick: false,
  cases: [20, 100, 500, 2500, 10_000].map((eventsPerEnvelope) =>
    ratingCase(
      `envelope-${eventsPerEnvelope}`,
      `${eventsPerEnvelope.toLocaleString('en')} events an envelope`,
      { eventsPerEnvelope },
    ),
  ),
  ratios: [
    { name: '20 an envelope / 10,000', of: 'envelope-20', to: 'envelope-10000', by: 'cpu' },
    { name: '500 an envelope / 10,000', of: 'envelope-500', to: 'envelope-10000', by: 'cpu' },
  ],
};
