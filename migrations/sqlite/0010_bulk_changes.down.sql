DROP TABLE bulk_change_targets;
DROP TABLE bulk_changes;
