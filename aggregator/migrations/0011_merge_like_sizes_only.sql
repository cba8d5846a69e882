-- How many parts of like size a merge takes: docs/adr/0046. With min_parts_to_merge_at_once alone (0009, 0010) the selector found
-- ten, then dropped those at the end that have less than a hundredth of the largest, and merged the largest with one or two others:
-- under a small steady load event_owners was rewritten with nearly every insert. The base says the same without that gap, and the
-- heuristic is off, because the newest parts are always the small ones here. Known to ClickHouse 25.3 and newer.
ALTER TABLE usage_events MODIFY SETTING
    min_parts_to_merge_at_once = 20, merge_selector_base = 20,
    merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0;
ALTER TABLE event_owners MODIFY SETTING
    min_parts_to_merge_at_once = 20, merge_selector_base = 20,
    merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0;
-- Changed totals are written with every flush, and read for every live total.
ALTER TABLE charge_totals MODIFY SETTING
    min_parts_to_merge_at_once = 10, merge_selector_base = 10,
    merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0;
ALTER TABLE envelope_outcomes MODIFY SETTING
    min_parts_to_merge_at_once = 10, merge_selector_base = 10,
    merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0;
