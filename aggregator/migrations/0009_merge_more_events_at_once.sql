-- Every insert of a busy rater is a part of some 100,000 rows, five a second. Merged five at a time, as by default, a row is
-- rewritten about once more than when ten are merged at once; merges are the larger half of what storing an event costs
-- (docs/performance.md). Readers meet a few more parts in return.
-- Known to ClickHouse 25.3 and newer.
ALTER TABLE usage_events MODIFY SETTING min_parts_to_merge_at_once = 10;
