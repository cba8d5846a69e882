/**
 * Every code that the event contract, the gateway and the event log report: where it appears, the HTTP status when a
 * whole request fails with it, and what the reader can do. Closed: a code that is not listed does not compile.
 */
export interface ProblemCodeEntry {
  /**
   * `event`: one entry of `rejected` in an answer of status 200. `request`: the whole request fails. `record`: a record
   * of the log becomes a dead letter. `log`: a fault of the event log.
   */
  readonly about: 'event' | 'request' | 'record' | 'log';
  /** HTTP status of a request that fails with this code; null where it never is an answer of its own. */
  readonly status: number | null;
  readonly meaning: string;
  readonly action: string;
}

const event = (meaning: string, action: string): ProblemCodeEntry => ({
  about: 'event',
  status: null,
  meaning,
  action,
});
const request = (status: number, meaning: string, action: string): ProblemCodeEntry => ({
  about: 'request',
  status,
  meaning,
  action,
});
const record = (meaning: string, action: string): ProblemCodeEntry => ({
  about: 'record',
  status: null,
  meaning,
  action,
});
const log = (status: number | null, meaning: string, action: string): ProblemCodeEntry => ({
  about: 'log',
  status,
  meaning,
  action,
});

export const problemCodes = {
  'ingest/not-an-object': event(
    'The event is not a JSON object.',
    'Send an object with id, source, type, subject, time and data.',
  ),
  'ingest/missing-field': event(
    'A required attribute is absent or empty.',
    'Set id, source, type, subject and time on every event.',
  ),
  'ingest/invalid-field': event(
    'An attribute is not a string, or holds a lone surrogate.',
    'Send well-formed Unicode text.',
  ),
  'ingest/field-too-long': event(
    'An attribute exceeds 256 bytes of UTF-8.',
    'Use a shorter value; keep long texts in data.',
  ),
  'ingest/unsupported-specversion': event(
    'specversion is not 1.0, or is absent where the format requires it.',
    'Send CloudEvents 1.0.',
  ),
  'ingest/unsupported-data': event(
    'The data is binary or has a content type other than JSON.',
    'Send data as a JSON object; data_base64 is not read.',
  ),
  'ingest/invalid-time': event(
    'time is not RFC 3339 with a zone, has a leap second or more than six decimals, or is out of range.',
    'Send for example 2026-01-31T23:59:59.123456Z.',
  ),
  'ingest/event-too-old': event(
    'time lies before the acceptance window of the tenant (35 days by default).',
    'Send it as backfill with a key of scope billing, or widen the window of the tenant.',
  ),
  'ingest/event-too-new': event(
    'time lies in the future beyond the acceptance window (5 minutes by default).',
    'Correct the clock of the producer and send the event again.',
  ),
  'ingest/invalid-data': event(
    'data is not an object, or holds a value that JSON does not have.',
    'Send data as an object of JSON values.',
  ),
  'ingest/forbidden-key': event(
    'A property is named __proto__, constructor or prototype.',
    'Rename the property.',
  ),
  'ingest/duplicate-key': event(
    'One object names a property twice; readers would disagree on its value.',
    'Send every property once.',
  ),
  'ingest/data-too-deep': event('data is nested deeper than 16 levels.', 'Flatten the data.'),
  'ingest/too-many-properties': event(
    'data has more than 256 properties on all levels.',
    'Send only the properties that meters and explanations need.',
  ),
  'ingest/property-name-too-long': event(
    'A property name exceeds 256 bytes of UTF-8.',
    'Use a shorter name.',
  ),
  'ingest/number-not-exact': event(
    'A JSON number cannot be held exactly: an integer above 2^53 - 1, or more digits than a double keeps.',
    'Send the number as a decimal string, for example "12345678901234567890".',
  ),
  'ingest/event-too-large': event(
    'The event exceeds 256 KiB in canonical JSON.',
    'Send less data in one event.',
  ),
  'ingest/value-not-a-number': event(
    'A property that a meter or a price reads is present but neither a number nor a decimal string.',
    'Send a JSON number or a decimal string of at most 20 integer digits and 18 decimals.',
  ),
  'ingest/unknown-operation': event(
    'A meter of distinct values reads the property `operation`, and the event says neither `add` nor `remove`.',
    'Send `add` or `remove` as the operation of the event, or none for `add`; name a property of another meaning differently.',
  ),
  'ingest/not-json': event(
    'The text is not JSON. As an answer to a whole body the status is 400; for a line of NDJSON it is one rejection.',
    'Send valid JSON in UTF-8.',
  ),
  'ingest/unreadable-body': request(
    400,
    'The body cannot be read: it is not JSON, not UTF-8 or not of the shape its content type names.',
    'Send what the content type says; see the API reference.',
  ),
  'ingest/invalid-columns': request(
    400,
    'The columnar body breaks its format or a limit of the event contract.',
    'Use a current SDK, which checks events before it packs them.',
  ),
  'ingest/invalid-parameter': request(
    400,
    'A query parameter is unknown or has no valid value.',
    'See the API reference.',
  ),
  'ingest/unauthorized': request(
    401,
    'The access key is absent, unknown, expired or revoked.',
    'Send a valid key as Authorization: Bearer.',
  ),
  'ingest/forbidden': request(
    403,
    'The access key lacks the scope that the call needs (ingest; billing for backfill).',
    'Use a key with that scope.',
  ),
  'ingest/body-too-large': request(
    413,
    'The body exceeds 8 MiB, compressed or inflated.',
    'Split the batch.',
  ),
  'ingest/too-many-events': request(
    413,
    'The request holds more than 10,000 events; none was kept.',
    'Split the batch.',
  ),
  'ingest/unsupported-media-type': request(
    415,
    'The content type is not one that the gateway reads.',
    'Send JSON, NDJSON, CloudEvents JSON or the columnar format of the SDK.',
  ),
  'ingest/unsupported-encoding': request(
    415,
    'The content encoding is not identity, gzip or zstd.',
    'Send one of these.',
  ),
  'ingest/over-quota': request(
    429,
    'The tenant sends more than its quota.',
    'Wait as long as Retry-After says and send the same events again, with the same ids.',
  ),
  'ingest/overloaded': request(
    503,
    'The gateway holds as many events as it may; nothing of this request was kept.',
    'Wait as long as Retry-After says and send the same events again, with the same ids.',
  ),
  'ingest/log-unavailable': request(
    503,
    'The event log did not acknowledge in time: the events may or may not be in it.',
    'Send the same events again with the same ids; each is billed once.',
  ),
  'ingest/shutting-down': request(
    503,
    'The gateway is stopping.',
    'Send the same events again; another gateway answers.',
  ),
  'log/bad-mac': record(
    'The record claims to be ours but its MAC does not hold.',
    'Find who else writes to the topic; single JSON CloudEvents need no headers.',
  ),
  'log/unknown-version': record(
    'The envelope has a version that this rater does not read.',
    'Upgrade the raters before the gateways, then redrive.',
  ),
  'log/unknown-kind': record(
    'The record names a kind that this rater does not know.',
    'Upgrade the raters, then redrive.',
  ),
  'log/bad-envelope': record(
    'The envelope is authentic but breaks the columnar format.',
    'Report it: a gateway wrote what no gateway may write.',
  ),
  'log/bad-control': record(
    'The control record is authentic but cannot be read.',
    'Report it: the control plane wrote what it may not write.',
  ),
  'log/skipped': record(
    'An operator let the rater pass this damaged record.',
    'Send its events again from their source: the log cannot give them back.',
  ),
  'log/not-json': record(
    'The record of a foreign producer is not JSON in UTF-8.',
    'Correct the producer, then send the event again.',
  ),
  'log/bad-key': record(
    'The key of a foreign record is not tenant:subject, or names another subject than the event.',
    'Key every record by tenant:subject.',
  ),
  'log/wrong-partition': record(
    'The record stands in another partition than its subject belongs to.',
    'Use murmur2 of tenant:subject as Kafka does, then redrive.',
  ),
  'log/unavailable': log(
    503,
    'The event log did not answer; an append may or may not have happened.',
    'Wait for the log to come back; calls are retried.',
  ),
  'log/record-too-large': log(
    null,
    'A record exceeds what the log takes in one message.',
    'Raise max.message.bytes of the topic to at least 1 MiB.',
  ),
  'log/partition-count-differs': log(
    null,
    'The log exists with another number of partitions than configured; the number is fixed for its life.',
    'Configure the number that the log has, or start a new log.',
  ),
  'log/timestamp-type-differs': log(
    null,
    'The topic does not stamp records with the time of the append.',
    'Set message.timestamp.type=LogAppendTime on the topic.',
  ),
  'log/topic-unfit': log(
    null,
    'The topic is compacted or takes smaller messages than an envelope needs.',
    'Set cleanup.policy=delete and max.message.bytes of at least 1 MiB.',
  ),
  'log/offset-out-of-range': log(
    null,
    'The position to start from is not in the log: records below it expired, or the log was truncated or replaced.',
    'See the runbook: restore the log, or rebuild under a new incarnation. Nothing is skipped silently.',
  ),
  'log/offset-gap': log(
    null,
    'The log continued behind the expected offset: records are missing.',
    'See the runbook: find the missing offsets before the partition goes on.',
  ),
  'log/consumer-crashed': log(
    null,
    'The consumer cannot go on.',
    'The process ends and is started again by its supervisor; see the cause in the log.',
  ),
  'log/record-unreadable': log(
    null,
    'A record of the embedded log has no known format: the data directory is damaged, or of a later version.',
    'Restore the directory from a backup, or use the version that wrote it.',
  ),
  'log/partition-out-of-range': log(
    null,
    'A call names a partition that the log does not have.',
    'Report it: this is a fault of the caller.',
  ),
  'log/incarnation-differs': log(
    null,
    'The log on disk has another incarnation than the one that was expected.',
    'Check that the data directory belongs to this installation.',
  ),
  'log/closed': log(503, 'The event log is closed.', 'The process is stopping; call another one.'),
} as const satisfies Readonly<Record<string, ProblemCodeEntry>>;

export type ProblemCode = keyof typeof problemCodes;
