/** Reads of single events: lists with cursors, and what became of one. */
export { findEvent } from './find-event.ts';
export type { EventIdentityQuery, FoundEvents } from './find-event.ts';
export { listConflicts } from './list-conflicts.ts';
export type { ConflictsQuery, EventConflict } from './list-conflicts.ts';
export { listDeadLetters } from './list-dead-letters.ts';
export type { DeadLetter, DeadLettersQuery } from './list-dead-letters.ts';
export { listEvents } from './list-events.ts';
export type { EventsQuery } from './list-events.ts';
export type { ListPage, ListPosition, PageQuery } from './list-page.ts';
export type { StoredEvent } from './stored-event.ts';
