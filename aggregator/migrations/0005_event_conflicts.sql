-- Copies of a known identity that carry another payload: dropped, since the first one was billed, but never silently.
CREATE TABLE IF NOT EXISTS event_conflicts
(
    tenant LowCardinality(String),
    subject String,
    source String,
    id String,
    type String,
    time DateTime64(6, 'UTC'),
    data String CODEC(ZSTD(1)),
    incarnation UInt32,
    partition UInt16,
    offset UInt64,
    `index` UInt32,
    log_time DateTime64(3, 'UTC'),
    owner_offset UInt64,
    owner_index UInt32
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
-- Serves the tenant's list, newest first. log_time is a function of the coordinate, so copies still collapse.
ORDER BY (tenant, log_time, incarnation, partition, offset, `index`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
