/** The HTTP gateway: takes usage events from producers and answers once the log has them. */
export { defaultAcceptanceWindow } from './ports.ts';
export type { AcceptanceWindow, EventTypeRules, KeyVerifier, Scope, VerifiedKey } from './ports.ts';
