/**
 * The event contract. Everything but the last block runs in browsers and is free of side effects, so that a bundle takes
 * what it names and no more.
 */
export { formatInstant, parseInstant } from '@tidemark/platform/clock';
export type { Instant } from '@tidemark/platform/clock';

export { checkAcceptance, defaultAcceptanceWindow, raterTolerance } from './acceptance-window.ts';
export type { Acceptance, AcceptanceWindow } from './acceptance-window.ts';
export { canonicalData, columnsEvent, idAt, textAt } from './canonical-data.ts';
export { canonicalJson, canonicalNumber, scaledText, utf8Length } from './canonical-json.ts';
export type { JsonObject, JsonValue } from './canonical-json.ts';
export { ColumnsBuilder } from './columns-builder.ts';
export {
  columnsContentType,
  decodeClientColumns,
  decodeColumns,
  encodeClientColumns,
  encodeColumns,
} from './columns-codec.ts';
export type { DecodedColumns } from './columns-codec.ts';
export type {
  EventColumns,
  IdColumn,
  PropertyColumn,
  PropertyValues,
  StringColumn,
} from './event-columns.ts';
export { JsonFlaw, isExactLiteral, parseExactJson } from './exact-json.ts';
export type { ExactJson, JsonFlawCode } from './exact-json.ts';
export type { EventIdentity } from './identity.ts';
export { batchLimits, eventLimits, forbiddenPropertyNames } from './limits.ts';
export { isDecimalString } from './number-literal.ts';
export { parseUsageEvent, parseUsageEventText } from './parse-usage-event.ts';
export type { ParseContext, ParsedUsageEvent, RejectedUsageEvent } from './parse-usage-event.ts';
export { murmur2, partitionOf } from './partition.ts';
export { problemCodes } from './problem-codes.ts';
export type { ProblemCode, ProblemCodeEntry } from './problem-codes.ts';
export { ingestAnswerSchema, rejectedEventSchema, usageEventSchema } from './usage-event.ts';
export type { AcceptedEvent, IngestAnswer, RejectedEvent, UsageEvent } from './usage-event.ts';
export { formatUuid, parseUuid } from './uuid.ts';

export { addForeignEvent } from './foreign-record.ts';
export { deriveKeys } from './log-keys.ts';
export type { InstallationKeys } from './log-keys.ts';
export type {
  CatalogEpochMarker,
  ControlMessage,
  EnvelopeMessage,
  GatewayMark,
  LogMessage,
  PartitionSkip,
} from './log-message.ts';
export {
  crcOf,
  decodeLogRecord,
  encodeControl,
  encodeEnvelope,
  encodeSkip,
  isForeign,
} from './log-message-codec.ts';
export type { EncodedRecord, RecordContent } from './log-message-codec.ts';
