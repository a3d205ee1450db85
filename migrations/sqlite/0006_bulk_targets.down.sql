-- What is still to be marked is found by the selection again.
UPDATE bulk_revocations SET cutoff = begins_at WHERE begins_at IS NOT NULL;
UPDATE bulk_revocations SET selection = substr(selection, 1, instr(selection, '&made_by=') - 1) WHERE instr(selection, '&made_by=') > 0;
ALTER TABLE bulk_revocations DROP COLUMN begins_at;
DROP INDEX bulk_revocations_request;
ALTER TABLE bulk_revocations DROP COLUMN request;
DROP TABLE bulk_targets;
