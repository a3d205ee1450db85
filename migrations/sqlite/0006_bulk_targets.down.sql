-- What is still to be marked is found by the selection again.
UPDATE bulk_revocations SET cutoff = begins_at WHERE begins_at IS NOT NULL;
ALTER TABLE bulk_revocations DROP COLUMN begins_at;
DROP TABLE bulk_targets;
