-- What an older deployment cannot hold is set aside, so that going up again brings it back; see adoption.cpp for the rest.
CREATE TABLE llmapikey.set_aside AS
    SELECT id, status, nonce, daily_limit_micro_usd, attempted_at, expires_at FROM llmapikey.api_keys;
ALTER TABLE llmapikey.set_aside ADD PRIMARY KEY (id);
ALTER TABLE llmapikey.set_aside ENABLE ROW LEVEL SECURITY;

DROP TABLE llmapikey.rate_limits;
DROP TABLE llmapikey.totals;
DROP INDEX llmapikey.api_keys_nonce;
DROP INDEX llmapikey.api_keys_delete_hash;
DROP INDEX llmapikey.api_keys_unsettled;
ALTER TABLE llmapikey.api_keys
    DROP CONSTRAINT api_keys_status_is_known,
    DROP CONSTRAINT api_keys_key_is_sealed,
    DROP CONSTRAINT api_keys_active_has_handle,
    DROP CONSTRAINT api_keys_only_active_has_key,
    DROP COLUMN nonce,
    DROP COLUMN daily_limit_micro_usd,
    DROP COLUMN attempted_at,
    DROP COLUMN expires_at;
UPDATE llmapikey.api_keys SET status = 'pending' WHERE status = 'ambiguous';
