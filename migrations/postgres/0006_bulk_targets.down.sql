-- What is still to be marked is found by the selection again.
ALTER TABLE llmapikey.bulk_revocations DROP COLUMN is_listed;
DROP TABLE llmapikey.bulk_targets;
