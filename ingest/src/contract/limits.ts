/** The limits of a usage event and of a batch. Both sides of the wire know them: a client checks before it sends. */

export const eventLimits = {
  /** UTF-8 bytes of `id`, `source`, `type` and `subject`, each; none may be empty. */
  attributeBytesMax: 256,
  /** UTF-8 bytes of the whole event in canonical JSON. A string value has no limit of its own beside this one. */
  eventBytesMax: 256 * 1024,
  /** `data` itself is level 1. */
  dataDepthMax: 16,
  /** Property names of `data`, counted on all levels. */
  dataPropertiesMax: 256,
  /** UTF-8 bytes of one property name. */
  propertyNameBytesMax: 256,
  /** Characters of `time`; RFC 3339 with an offset and six decimals needs 32. */
  timeLengthMax: 64,
} as const;

export const batchLimits = {
  /** Events of one request. */
  requestEventsMax: 10_000,
  /** Bytes of one request's body, before and after inflation. */
  requestBytesMax: 8 * 1024 * 1024,
  /** Canonical JSON bytes that the events of one columnar body may stand for: dictionaries must not be bombs. */
  expandedBytesMax: 16 * 1024 * 1024,
  /** An envelope takes no more events once it holds this many ... */
  envelopeEventsMax: 10_000,
  /** ... or this many encoded bytes; with one last event of 256 KiB it stays below Kafka's default of 1 MiB a message. */
  envelopeBytesMax: 512_000,
  /** Events that a columnar batch may hold at all. */
  columnsEventsMax: 65_536,
  /** (name, kind) pairs of one columnar batch. */
  columnsPropertiesMax: 8_192,
  /** ... and of a client's body: with what an envelope holds already (below 1,024 names) it stays within the above. */
  clientPropertiesMax: 1_500,
} as const;

/** Names that JavaScript gives a meaning on every object; refused as property names on every level. */
export const forbiddenPropertyNames: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
]);
