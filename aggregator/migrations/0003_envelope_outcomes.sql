-- What became of each envelope, by tenant and event type: logged = stored + duplicate + dead. The conservation equations
-- and the audit before a close compare it with the rows that are really there.
CREATE TABLE IF NOT EXISTS envelope_outcomes
(
    tenant LowCardinality(String),
    type LowCardinality(String),
    incarnation UInt32,
    partition UInt16,
    offset UInt64,
    log_time DateTime64(3, 'UTC'),
    logged UInt32,
    stored UInt32,
    duplicate UInt32,
    -- Part of duplicate: same identity, other payload.
    conflict UInt32,
    dead UInt32,
    -- xor of payload_hash over the stored rows.
    stored_xor UInt64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
-- Serves the audit, which reads blocks of offsets of one partition for all tenants.
ORDER BY (incarnation, partition, offset, tenant, type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
