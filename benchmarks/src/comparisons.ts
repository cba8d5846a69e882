/** All comparisons in the order in which they are run and reported. */
import type { Comparison } from './lib/comparison.ts';
import { codec } from './subjects/codec.ts';
import { customers } from './subjects/customers.ts';
import { dedup } from './subjects/dedup.ts';
import { embedded } from './subjects/embedded.ts';
import { duplicates, envelopeSizes } from './subjects/growth.ts';
import { httpFormats } from './subjects/http-formats.ts';
import { httpKafkaToQueryable, httpToQueryable } from './subjects/http-to-queryable.ts';
import { liveLatency } from './subjects/live-latency.ts';
import { kafkaBatches, kafkaSingleEvents } from './subjects/log-to-queryable.ts';
import { liveSpend } from './subjects/live-spend.ts';
import { periodClose, periodCloseOf100k } from './subjects/period-close.ts';
import { pricing } from './subjects/pricing.ts';
import { ratingMemory } from './subjects/rating-memory.ts';
import { rating } from './subjects/rating.ts';
import { recovery } from './subjects/recovery.ts';
import { store } from './subjects/store.ts';

export const comparisons: readonly Comparison[] = [
  codec,
  dedup,
  pricing,
  rating,
  store,
  kafkaBatches,
  kafkaSingleEvents,
  embedded,
  httpFormats,
  httpToQueryable,
  httpKafkaToQueryable,
  liveLatency,
  recovery,
  periodClose,
  periodCloseOf100k,
  liveSpend,
  customers,
  duplicates,
  envelopeSizes,
  ratingMemory,
];
