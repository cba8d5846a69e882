-- The promise "every row of the partition below `next` is stored". Written only after the rows; every reader bounds itself
-- by the greatest one, so a write of which only a part has landed is never seen.
CREATE TABLE IF NOT EXISTS progress
(
    incarnation UInt32,
    partition UInt16,
    next UInt64,
    logged UInt64,
    stored UInt64,
    duplicate UInt64,
    conflict UInt64,
    dead UInt64,
    control UInt64,
    epoch UInt32,
    log_time DateTime64(3, 'UTC'),
    last_crc UInt32,
    -- JSON: per gateway id the highest sequence seen and the missing ones.
    gateways String
)
ENGINE = ReplacingMergeTree(next)
-- One living row per log partition; serves "how far are we?".
ORDER BY (incarnation, partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
