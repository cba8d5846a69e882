/**
 * Every failpoint there is: a step between two effects, in the order in which an event passes them, with what has and has
 * not happened there. The fault tests kill a process at each of them; docs/reliability.md says how.
 */
export const failpoints = {
  'gateway/before-append': 'An envelope is sealed and has its sequence; the log knows nothing.',
  'gateway/after-append': 'The log has the envelope; the gateway has not noted it.',
  'gateway/before-answer': 'Every event of the request is durable; the client has no answer.',
  'log/before-produce': 'Records are about to go to Kafka; the broker knows nothing.',
  'log/after-produce': 'The broker has acknowledged; the caller is not told.',
  'log/before-commit': 'Records of the embedded log have their offsets; LMDB knows nothing.',
  'log/after-commit': 'LMDB has the records durably; neither callers nor readers are told.',
  'rater/fetched': 'Records are fetched and not queued.',
  'rater/before-rows': 'Rows are taken from the states; the store knows nothing of them.',
  'rater/after-table': 'One table of a flush is durable; others may or may not be.',
  'rater/after-rows': 'All rows of a flush are durable; progress is the old one.',
  'rater/after-progress': 'Progress is durable; the partitions have not heard of it.',
  'rater/before-hint': 'The flush is done; the position in the consumer group is the old one.',
  'rater/marker-reached': 'All before a catalog marker is durable; its changes are not loaded.',
  'rater/marker-loaded': 'The changes of a marker are proven; no total is computed.',
  'rater/marker-passed': 'The new epoch is in force in memory; its totals are not stored.',
  'rater/recovery-started': 'A partition is assigned and its progress read; there is no state.',
  'rater/recovery-owners': 'The state knows all identities and no totals.',
  'rater/recovery-totals': 'The state is complete and not proven.',
  'rater/recovered': 'The state is proven; no record is rated with it.',
  'store/before-insert': 'The store has the bytes of an insert; the engine knows nothing.',
  'store/mid-insert': 'The engine is writing the rows of an insert.',
  'store/after-insert': 'The rows are durable; the answer is not sent.',
  'epoch/assigned': 'Changes have their epoch; no partition has its marker.',
  'epoch/markers-appended': 'Every partition has the marker; the database does not say so.',
  'epoch/published': 'The epoch counts as published; nobody waits for the raters.',
  'epoch/reached': 'Every rater has passed the marker; the epoch is not acknowledged.',
  'close/cut-read': 'The end offsets are read under the lock of the epochs; no job exists.',
  'close/started': 'The job runs; nothing is waited for.',
  'close/waited': 'The raters have passed the cut; nothing is audited.',
  'close/audited': 'The stored events are those that were promised; nothing is priced.',
  'close/priced': 'Drafts are priced and compared; none is issued.',
  'close/before-outbox': 'Invoices and lines are written in the transaction; no message is.',
  'close/before-commit': 'The whole batch is written; the transaction is open.',
  'close/after-commit': 'The batch is issued; the job does not say so.',
  'close/before-done': 'Everything due is issued; the job still runs.',
} as const satisfies Readonly<Record<string, string>>;

export type Failpoint = keyof typeof failpoints;

export const failpointNames = Object.keys(failpoints) as readonly Failpoint[];
