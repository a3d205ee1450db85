-- What is still to be marked is found by the selection again.
UPDATE llmapikey.bulk_revocations SET cutoff = begins_at WHERE begins_at IS NOT NULL;
UPDATE llmapikey.bulk_revocations SET selection = regexp_replace(selection, '&made_by=[0-9]*$', '');
ALTER TABLE llmapikey.bulk_revocations DROP COLUMN begins_at;
DROP INDEX llmapikey.bulk_revocations_request;
ALTER TABLE llmapikey.bulk_revocations DROP COLUMN request;
DROP TABLE llmapikey.bulk_targets;
