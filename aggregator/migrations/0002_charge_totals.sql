-- The stream's running state of one (subscription, charge, period, segment): absolute, so the newest version wins and
-- replays converge. Nothing is ever added up here; the close compares these rows with what it computes from usage_events.
CREATE TABLE IF NOT EXISTS charge_totals
(
    tenant LowCardinality(String),
    customer String,
    subscription String,
    charge LowCardinality(String),
    period_start DateTime64(6, 'UTC'),
    segment_start DateTime64(6, 'UTC'),
    incarnation UInt32,
    partition UInt16,
    -- Exclusive offset bound: the state includes every event of the partition below it.
    version UInt64,
    epoch UInt32,
    events UInt64,
    state String CODEC(ZSTD(1)),
    quantity Nullable(Decimal(76, 18)),
    amount Decimal(76, 36)
)
ENGINE = ReplacingMergeTree(version)
-- By period, so that a batch of a live stream falls into one or two partitions and old periods can be dropped whole.
PARTITION BY toYYYYMM(period_start)
-- Serves live totals of a customer and the comparison at the close (a tenant's customers in key order). The incarnation is
-- part of the key because versions start again with a new log.
ORDER BY (tenant, customer, subscription, charge, period_start, segment_start, incarnation, partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
