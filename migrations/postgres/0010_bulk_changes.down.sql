DROP TABLE llmapikey.bulk_change_targets;
DROP TABLE llmapikey.bulk_changes;
