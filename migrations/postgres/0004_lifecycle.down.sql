-- A replacement under way becomes an attempt in doubt, which ends with its old key revoked and its place free.
UPDATE llmapikey.api_keys SET status = 'ambiguous' WHERE status = 'replacing';
WITH gone AS (DELETE FROM llmapikey.api_keys WHERE status = 'waiting' RETURNING 1)
UPDATE llmapikey.totals SET live = live - (SELECT count(*) FROM gone);
-- What an earlier key had spent lowers a cap no more, and upstream is told so by whichever version comes next: a cap that stayed lowered there would be
-- taken for somebody's wish, and be the key's for good.
UPDATE llmapikey.api_keys SET unsynced = gen_random_uuid()::text WHERE carried_until IS NOT NULL AND status = 'active';
DROP TABLE llmapikey.mint_notes, llmapikey.spending_days;
DROP INDEX llmapikey.ledger_delete_hash, llmapikey.api_keys_missing, llmapikey.api_keys_carried, llmapikey.api_keys_replacing, llmapikey.api_keys_waiting;
ALTER TABLE llmapikey.api_keys
    DROP COLUMN queued_at,
    DROP COLUMN next_attempt_at,
    DROP COLUMN attempts,
    DROP COLUMN problem,
    DROP COLUMN keeps_place,
    DROP COLUMN carried_micro_usd,
    DROP COLUMN carried_until,
    DROP COLUMN missing_since;
ALTER TABLE llmapikey.api_keys DROP CONSTRAINT api_keys_status_is_known;
ALTER TABLE llmapikey.api_keys
    ADD CONSTRAINT api_keys_status_is_known CHECK (status IN ('pending', 'ambiguous', 'active', 'revoking'));
