-- For the same reason as in usage_events (0009).
ALTER TABLE event_owners MODIFY SETTING min_parts_to_merge_at_once = 10;
