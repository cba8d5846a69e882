/** The HTTP gateway: takes usage events from producers and answers once the log has them. */
export type { EventTypeRules, KeyVerifier, Scope, ValueRules, VerifiedKey } from './ports.ts';
export { createEventPublisher } from './publisher/create-event-publisher.ts';
export type { CreateEventPublisherOptions } from './publisher/create-event-publisher.ts';
export type { EventPublisher, PublishBatch, PublisherLimits } from './publisher/event-publisher.ts';
export type { Scheduler } from './publisher/scheduler.ts';
export { registerGateway } from './register-gateway.ts';
export type { GatewayDependencies } from './register-gateway.ts';
