/** The part of the control plane that a gateway process needs: keys, event type rules and the installation's secrets. */
import { deriveKeys } from '@tidemark/ingest/contract';
import type { InstallationKeys } from '@tidemark/ingest/contract';
import type { EventTypeRules, KeyVerifier } from '@tidemark/ingest/gateway';
import type { Clock } from '@tidemark/platform/clock';
import type { Logger } from '@tidemark/platform/log';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import { createEventTypeRules } from './catalog/event-type-rules.ts';
import { PeriodicJobs } from './jobs/periodic-jobs.ts';
import { deriveSecret, loadInstallationKey } from './tenants/installation.ts';
import { createKeyVerifier } from './tenants/key-verifier.ts';

export interface GatewayAccess {
  readonly installationKeys: InstallationKeys;
  readonly keyVerifier: KeyVerifier;
  readonly eventTypeRules: EventTypeRules;
  /** Reads the rules, then again every second. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Over a migrated database; publishes nothing and changes nothing. */
export async function createGatewayAccess(options: {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<GatewayAccess> {
  const { database, clock, log } = options;
  const installationKey = await loadInstallationKey(database, clock);
  const eventTypeRules = createEventTypeRules(database);
  const jobs = new PeriodicJobs(log, [
    { name: 'event-type-rules', everyMs: 1000, run: () => eventTypeRules.refresh() },
  ]);
  return {
    installationKeys: deriveKeys(installationKey),
    keyVerifier: createKeyVerifier({
      database,
      clock,
      pepper: deriveSecret(installationKey, 'api-keys'),
    }),
    eventTypeRules,
    async start() {
      await eventTypeRules.refresh();
      jobs.start();
    },
    stop: () => jobs.stop(),
  };
}
