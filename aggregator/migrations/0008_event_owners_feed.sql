-- Feeds event_owners with a projection of each row, keyed by the same coordinate. It sums nothing: if an insert fails
-- half-way, repeating it writes the same rows into both tables.
CREATE MATERIALIZED VIEW IF NOT EXISTS event_owners_feed TO event_owners AS
SELECT incarnation, partition, fingerprint, offset, `index`, payload_hash, log_time
FROM usage_events;
