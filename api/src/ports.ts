/** What the control plane needs from outside; the composition root fills it. */
import type { Progress } from '@tidemark/rater/ports';

/** How far the raters are: the greatest progress of each partition. Implemented by the usage store. */
export interface ProgressReader {
  readProgress(): Promise<readonly Pick<Progress, 'incarnation' | 'partition' | 'epoch'>[]>;
}
