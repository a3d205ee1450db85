-- What is still to be marked is found by the selection again.
ALTER TABLE bulk_revocations DROP COLUMN is_listed;
DROP TABLE bulk_targets;
