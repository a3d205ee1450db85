-- The ledger, the holds and the audit log stay. A revocation under way becomes an attempt in doubt, which ends in the same.
UPDATE api_keys SET status = 'ambiguous', key_hint = NULL WHERE status = 'revoking';
DROP INDEX api_keys_newest;
DROP INDEX api_keys_hint;
DROP INDEX api_keys_revoking;
DROP INDEX api_keys_unsettled;
CREATE INDEX api_keys_unsettled ON api_keys (id) WHERE status <> 'active';
