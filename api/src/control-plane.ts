/**
 * The control plane as one object: the stores over one Postgres, the ports that gateway, raters and closes are given, and
 * the jobs that go on by themselves (publish epochs, extend periods, refresh rules, forget old answers).
 */
import { encodeControl, deriveKeys } from '@tidemark/ingest/contract';
import type { InstallationKeys } from '@tidemark/ingest/contract';
import type { KeyVerifier } from '@tidemark/ingest/gateway';
import type { EventLog } from '@tidemark/ingest/log';
import type { CloseLedger, DueInstant, InvoiceDraft } from '@tidemark/aggregator/ports';
import type { Clock } from '@tidemark/platform/clock';
import type { Logger } from '@tidemark/platform/log';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import { hashCatalogChanges } from '@tidemark/rater/catalog';
import type { MeterChange } from '@tidemark/rater/catalog';
import type { CatalogSource } from '@tidemark/rater/ports';
import { createCatalogSource } from './catalog/catalog-source.ts';
import { EpochPublisher } from './catalog/epoch-publisher.ts';
import { readPublication } from './catalog/epoch-store.ts';
import { createEventTypeRules } from './catalog/event-type-rules.ts';
import type { RefreshedEventTypeRules } from './catalog/event-type-rules.ts';
import { MeterStore } from './catalog/meter-store.ts';
import { PlanStore } from './catalog/plan-store.ts';
import { CatalogFiles } from './catalog-files/apply-catalog.ts';
import { CouponStore } from './coupons/coupon-store.ts';
import { CreditStore } from './credits/credit-store.ts';
import { HoldStore } from './credits/hold-store.ts';
import { CustomerStore } from './customers/customer-store.ts';
import { createIdFactory } from './identifiers/ulid.ts';
import { adjustDrafts } from './invoices/adjust-drafts.ts';
import { createCloseLedger } from './invoices/close-ledger.ts';
import { readSpendInstants } from './invoices/due-instants.ts';
import type { SpendTarget } from './invoices/due-instants.ts';
import { InvoiceCommands } from './invoices/invoice-commands.ts';
import { InvoiceStore } from './invoices/invoice-store.ts';
import { PeriodicJobs } from './jobs/periodic-jobs.ts';
import type { ProgressReader } from './ports.ts';
import { AnswerStore } from './server/idempotency/answer-store.ts';
import { extendPeriods } from './subscriptions/period-extension.ts';
import { SubscriptionCommands } from './subscriptions/subscription-commands.ts';
import { ApiKeyStore } from './tenants/api-key-store.ts';
import { bootstrap } from './tenants/bootstrap.ts';
import { deriveSecret, loadInstallationKey } from './tenants/installation.ts';
import { createKeyVerifier } from './tenants/key-verifier.ts';
import type { CachingKeyVerifier } from './tenants/key-verifier.ts';
import { TenantStore } from './tenants/tenant-store.ts';

export { createCatalogSource } from './catalog/catalog-source.ts';
export { catalogFileSchema } from './catalog-files/catalog-file.ts';
export { createGatewayAccess } from './gateway-access.ts';
export type { GatewayAccess } from './gateway-access.ts';
export { registerLogIncarnation } from './catalog/log-incarnations.ts';
export type { LogIdentity } from './catalog/log-incarnations.ts';
export { migrateControlPlane } from './database-schema.ts';
export type { ProgressReader } from './ports.ts';
export { apiProblemCodes } from './problem-codes.ts';
export { operatorTenant } from './tenants/bootstrap.ts';
export { loadInstallationKey } from './tenants/installation.ts';

export interface ControlPlaneOptions {
  /** Migrated (`migrateControlPlane`). */
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly log: Logger;
  readonly eventLog: EventLog;
  readonly progress: ProgressReader;
}

export interface ControlPlane {
  readonly database: SqlDatabase;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  /** MAC and fingerprint keys of the installation. */
  readonly installationKeys: InstallationKeys;
  /** Signs what the API hands out and takes back, such as cursors. */
  readonly cursorSecret: Uint8Array;
  readonly catalogSource: CatalogSource;
  readonly keyVerifier: CachingKeyVerifier & KeyVerifier;
  readonly eventTypeRules: RefreshedEventTypeRules;
  readonly closeLedger: CloseLedger;
  readonly publisher: EpochPublisher;
  readonly tenants: TenantStore;
  readonly apiKeys: ApiKeyStore;
  readonly meters: MeterStore;
  readonly plans: PlanStore;
  readonly customers: CustomerStore;
  readonly subscriptions: SubscriptionCommands;
  readonly coupons: CouponStore;
  readonly credits: CreditStore;
  readonly holds: HoldStore;
  readonly invoices: InvoiceStore;
  readonly invoiceCommands: InvoiceCommands;
  readonly catalogFiles: CatalogFiles;
  readonly answers: AnswerStore;
  /** Takes the customer's coupons and credits off, as the close would now; uses none of them up. */
  adjustDraft(tenant: string, draft: InvoiceDraft): Promise<InvoiceDraft>;
  /** The billing instants that a question of spend means, and what is needed to price them. */
  spendInstants(target: SpendTarget): Promise<SpendTerms>;
  /** Creates the operator's tenant and its admin key at the first call ever and gives the key; `null` after that. */
  bootstrap(): Promise<string | null>;
  /** Finishes what a killed process left, then starts the jobs. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface SpendTerms {
  readonly due: readonly DueInstant[];
  /** All versions of the tenant's meters. */
  readonly meters: readonly MeterChange[];
  readonly catalogEpoch: number;
  /** Whether `due` and `meters` are exactly what that epoch says; false while a change is on its way. */
  readonly isPublished: boolean;
}

export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { clock, database, eventLog, log, progress } = options;
  const createId = createIdFactory(clock);
  const installationKey = await loadInstallationKey(database, clock);
  const installationKeys = deriveKeys(installationKey);
  const pepper = deriveSecret(installationKey, 'api-keys');
  const tenants = new TenantStore(database, clock);
  const apiKeys = new ApiKeyStore({ database, clock, createId, pepper });
  const meters = new MeterStore(database, clock);
  const plans = new PlanStore(database, clock, meters);
  const customers = new CustomerStore(database, clock);
  const eventTypeRules = createEventTypeRules(database);
  const answers = new AnswerStore(database, clock);
  const publisher = new EpochPublisher({
    database,
    clock,
    eventLog,
    progress,
    hashChanges: hashCatalogChanges,
    encodeMarker: (marker) => encodeControl(marker, installationKeys),
    failed: (error) => log.warn({ err: error }, 'catalog publication failed, will be repeated'),
  });
  const jobs = new PeriodicJobs(log, [
    { name: 'event-type-rules', everyMs: 1000, run: () => eventTypeRules.refresh() },
    { name: 'catalog-epochs', everyMs: 5000, run: () => publisher.run() },
    { name: 'billing-periods', everyMs: 60_000, run: () => extendPeriods(database, clock) },
    { name: 'stored-answers', everyMs: 600_000, run: () => answers.forgetOld() },
  ]);
  return {
    database,
    eventLog,
    clock,
    installationKeys,
    cursorSecret: deriveSecret(installationKey, 'cursors'),
    catalogSource: createCatalogSource(database),
    keyVerifier: createKeyVerifier({ database, clock, pepper }),
    eventTypeRules,
    closeLedger: createCloseLedger({ database, clock, createId, eventLog, publisher }),
    publisher,
    tenants,
    apiKeys,
    meters,
    plans,
    customers,
    subscriptions: new SubscriptionCommands({ database, clock, createId, customers, plans }),
    coupons: new CouponStore({ database, clock, createId }),
    credits: new CreditStore({ database, clock, createId }),
    holds: new HoldStore({ database, clock, createId }),
    invoices: new InvoiceStore(database),
    invoiceCommands: new InvoiceCommands({ database, clock, createId }),
    catalogFiles: new CatalogFiles({ database, clock, createId, meters, plans, customers }),
    answers,
    async adjustDraft(tenant, draft) {
      const [adjusted] = await adjustDrafts(database, { tenant, now: clock.now() }, [draft]);
      return adjusted?.draft ?? draft;
    },
    async spendInstants(target) {
      const before = await readPublication(database);
      const due = await readSpendInstants(database, target);
      const changes = await meters.versions(target.tenant);
      // What was committed in between is pending by now, or in a later epoch.
      const { epoch, isPending } = await readPublication(database);
      const isPublished = epoch === before.epoch && !isPending;
      return { due, meters: changes, catalogEpoch: before.epoch, isPublished };
    },
    bootstrap: () => bootstrap(database, tenants, apiKeys),
    async start() {
      await eventTypeRules.refresh();
      await extendPeriods(database, clock);
      jobs.start();
    },
    async stop() {
      await publisher.stop();
      await jobs.stop();
    },
  };
}
