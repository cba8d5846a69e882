/** What the REST API is given by the composition root. */
import type { ControlPlane } from '../control-plane.ts';
import type { RateLimit } from './shared/rate-limit.ts';
import type { UsageReads } from './usage-reads.ts';

export interface ApiDependencies {
  readonly controlPlane: ControlPlane;
  /** Reads of usage, spend, events and the conservation proof. */
  readonly reads: UsageReads;
  /** Tells the close worker that a job waits; absent where the worker lives in another process and looks by itself. */
  readonly wakeCloses?: () => void;
  /** Requests per key; generous by default. */
  readonly rateLimit?: RateLimit;
}
