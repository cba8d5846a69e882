/** Entry of a rating thread: hosts a `RatingEngine` and passes it the tasks that Piscina delivers, one at a time. */
import { Piscina } from 'piscina';
import type { RatingFailure, RatingReply, RatingTask } from './protocol.ts';
import { transferablesOfReply } from './protocol.ts';
import { RatingEngine } from './rating-engine.ts';
import type { RatingEngineSettings } from './rating-engine.ts';

// Set by the pool that started this thread; see piscina-rating-pool.ts.
const engine = new RatingEngine(Piscina.workerData as RatingEngineSettings);

export function handleRatingTask(task: RatingTask): unknown {
  return withTransfer(engine.handle(task));
}

/** Wraps a reply so that its buffers move to the main thread instead of being copied. */
function withTransfer(reply: RatingReply | RatingFailure): unknown {
  const buffers = transferablesOfReply(reply);
  if (buffers.length === 0) return reply;
  return {
    get [Piscina.transferableSymbol]() {
      return buffers;
    },
    get [Piscina.valueSymbol]() {
      return reply;
    },
  };
}
