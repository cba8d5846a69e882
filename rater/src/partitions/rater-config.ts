/** The limits of the consumer loop. The composition root may set them from its own configuration. */
export interface RaterConfig {
  /** A partition's queue is paused above this many bytes or records, and resumed below half of it. */
  readonly queueBytesMax: number;
  readonly queueRecordsMax: number;
  /**
   * Records of one rate task. A thread does not stop midway, so a task is also how long the group commit, and the other
   * partitions of the thread, wait for their turn: some 20 ms.
   */
  readonly taskBytesMax: number;
  readonly taskRecordsMax: number;
  readonly taskEventsMax: number;
  /** Flushes start at least this far apart ... */
  readonly flushIntervalMinMs: number;
  /** ... and this far while fewer than `flushRowsFew` rows wait: a flush costs the store the same however few it takes. */
  readonly flushIntervalFewMs: number;
  readonly flushRowsFew: number;
  /** Under full load a flush waits for this many rows ... */
  readonly flushRowsTarget: number;
  /** ... but not longer than this. */
  readonly flushIntervalMaxMs: number;
  /** With this many fetched events waiting, or a full queue, the raters are behind: rate counts then (docs/adr/0045), ... */
  readonly behindEvents: number;
  /** ... so a flush waits for this many rows, which costs the store half as much a row ... */
  readonly behindFlushRowsTarget: number;
  /** ... and for this long at most. */
  readonly behindFlushIntervalMaxMs: number;
  /** Rows that wait for a flush, over all partitions, some 200 bytes each; rating pauses above. */
  readonly unflushedRowsMax: number;
  /** Rebuilds of a partition without a record applied in between, after which it halts. */
  readonly rebuildsMax: number;
  /** How long `stop` drains before it leaves the rest to the next owner. */
  readonly stopDeadlineMs: number;
}

export const defaultRaterConfig: RaterConfig = {
  queueBytesMax: 32 * 1024 * 1024,
  queueRecordsMax: 50_000,
  taskBytesMax: 2 * 1024 * 1024,
  taskRecordsMax: 5000,
  taskEventsMax: 10_000,
  flushIntervalMinMs: 25,
  flushIntervalFewMs: 100,
  flushRowsFew: 10_000,
  flushRowsTarget: 100_000,
  flushIntervalMaxMs: 250,
  behindEvents: 100_000,
  behindFlushRowsTarget: 400_000,
  behindFlushIntervalMaxMs: 1500,
  unflushedRowsMax: 500_000,
  rebuildsMax: 5,
  stopDeadlineMs: 10_000,
};
