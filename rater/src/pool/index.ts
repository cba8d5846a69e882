/** The rating step without threads, log or store: for measurements and tools that bring their own records. */
export { packRecords } from './packed-records.ts';
export { RatingEngine } from './rating-engine.ts';
export type { RatingEngineSettings } from './rating-engine.ts';
export { DedupIndex } from '../rating/dedup-index.ts';
export { answerNew, DedupAnswers } from '../rating/dedup-segment.ts';
export { IdentityHasher } from '../rating/fingerprint.ts';
