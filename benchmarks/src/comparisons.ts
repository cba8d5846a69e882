/** All comparisons in the order in which they are run and reported. */
import type { Comparison } from './lib/comparison.ts';
import { kafkaBatches, kafkaSingleEvents } from './subjects/log-to-queryable.ts';
import { rating } from './subjects/rating.ts';

export const comparisons: readonly Comparison[] = [rating, kafkaBatches, kafkaSingleEvents];
