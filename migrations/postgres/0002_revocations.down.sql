-- The ledger, the holds and the audit log stay. A revocation under way becomes an attempt in doubt, which ends in the same.
UPDATE llmapikey.api_keys SET status = 'ambiguous' WHERE status = 'revoking';
DROP INDEX IF EXISTS llmapikey.api_keys_login;
DROP INDEX llmapikey.api_keys_hint;
DROP INDEX llmapikey.api_keys_newest;
DROP INDEX llmapikey.api_keys_revoking;
DROP INDEX llmapikey.api_keys_unsettled;
CREATE INDEX api_keys_unsettled ON llmapikey.api_keys (id) WHERE status <> 'active';
ALTER TABLE llmapikey.api_keys DROP CONSTRAINT api_keys_status_is_known;
ALTER TABLE llmapikey.api_keys
    ADD CONSTRAINT api_keys_status_is_known CHECK (status IN ('pending', 'ambiguous', 'active'));
