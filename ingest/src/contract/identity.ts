/**
 * A usage event's identity is (tenant, subject, source, id); time is not part of it. All copies of an event meet in one
 * partition, because the partition depends on tenant and subject alone.
 */
export interface EventIdentity {
  readonly tenant: string;
  readonly subject: string;
  readonly source: string;
  readonly id: string;
}
