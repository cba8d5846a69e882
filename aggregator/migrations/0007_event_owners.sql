-- Which coordinate owns an identity: the rater's exact dedup beyond what it holds in memory, and its rebuild.
CREATE TABLE IF NOT EXISTS event_owners
(
    incarnation UInt32,
    partition UInt16,
    fingerprint FixedString(16),
    offset UInt64,
    `index` UInt32,
    payload_hash UInt64,
    log_time DateTime64(3, 'UTC'),
    -- Serves the rebuild, which reads a range of offsets: skips whole parts.
    INDEX offset_range offset TYPE minmax GRANULARITY 1024
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
-- Serves the lookup of many fingerprints; and a rebuild reads it in equal slices of the (uniform) fingerprint space.
ORDER BY (incarnation, partition, fingerprint, offset, `index`)
-- Small granules: a lookup touches one for each fingerprint and part.
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 512;
