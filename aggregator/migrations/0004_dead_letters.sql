-- Events and records that cannot be rated, with the reason, kept so that a person can list and redrive them.
CREATE TABLE IF NOT EXISTS dead_letters
(
    tenant LowCardinality(String),
    incarnation UInt32,
    partition UInt16,
    offset UInt64,
    `index` UInt32,
    log_time DateTime64(3, 'UTC'),
    reason LowCardinality(String),
    detail String,
    subject String,
    source String,
    type String,
    id String,
    -- JSON of the event, or base64 of the record's bytes; capped at 64 KiB.
    payload String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
-- Serves the tenant's list, newest first. log_time is a function of the coordinate, so copies still collapse.
ORDER BY (tenant, log_time, incarnation, partition, offset, `index`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
