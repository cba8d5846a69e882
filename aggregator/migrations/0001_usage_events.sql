-- One row per accepted usage event: the truth that every bill is computed from.
--
-- Why ReplacingMergeTree: a row is keyed by its log coordinate (incarnation, partition, offset, index), so a retry, a
-- replay or an insert that lands late writes the same row again; readers and merges collapse the copies. The columns
-- before the coordinate are functions of it, so they never split two copies.
-- Why PARTITION BY log_time: it is the record's own time in the log, so a batch falls into one partition, and all copies
-- of a row fall into the same one (FINAL never has to look across partitions).
-- No TTL: a row may go only after its period is closed and audited.
CREATE TABLE IF NOT EXISTS usage_events
(
    tenant LowCardinality(String),
    subject String,
    type LowCardinality(String),
    source LowCardinality(String),
    id String,
    time DateTime64(6, 'UTC'),
    -- Canonical JSON text of the properties.
    data String CODEC(ZSTD(1)),
    incarnation UInt32,
    partition UInt16,
    offset UInt64,
    `index` UInt32,
    log_time DateTime64(3, 'UTC'),
    fingerprint FixedString(16),
    payload_hash UInt64,
    backfill UInt8,
    -- Serves "which event is (source, id)?" without its time or subject.
    INDEX id_filter id TYPE bloom_filter(0.01) GRANULARITY 1,
    -- Serves the rebuild and the audit, which read a range of offsets: skips whole parts.
    INDEX offset_range offset TYPE minmax GRANULARITY 64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
-- Serves every money read: one customer's events of one type in a span of time, for the close, spend, usage and rebuild.
ORDER BY (tenant, subject, type, time, incarnation, partition, offset, `index`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
