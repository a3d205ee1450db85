-- What is still to be marked is found by the selection again.
UPDATE llmapikey.bulk_revocations SET cutoff = begins_at WHERE begins_at IS NOT NULL;
ALTER TABLE llmapikey.bulk_revocations DROP COLUMN begins_at;
DROP TABLE llmapikey.bulk_targets;
