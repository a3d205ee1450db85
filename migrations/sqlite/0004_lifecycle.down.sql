-- A replacement under way becomes an attempt in doubt, which ends with its old key revoked and its place free.
DROP TRIGGER key_replaced;
UPDATE api_keys SET status = 'ambiguous', key_hint = NULL WHERE status = 'replacing';
DELETE FROM api_keys WHERE status = 'waiting';
-- What an earlier key had spent lowers a cap no more, and upstream is told so by whichever version comes next: a cap that stayed lowered there would be
-- taken for somebody's wish, and be the key's for good.
UPDATE api_keys SET unsynced = lower(hex(randomblob(16))) WHERE carried_until IS NOT NULL AND status = 'active';
DROP TABLE mint_notes;
DROP TABLE spending_days;
DROP INDEX ledger_delete_hash;
DROP INDEX api_keys_missing;
DROP INDEX api_keys_carried;
DROP INDEX api_keys_replacing;
DROP INDEX api_keys_waiting;
ALTER TABLE api_keys DROP COLUMN queued_at;
ALTER TABLE api_keys DROP COLUMN next_attempt_at;
ALTER TABLE api_keys DROP COLUMN attempts;
ALTER TABLE api_keys DROP COLUMN problem;
ALTER TABLE api_keys DROP COLUMN keeps_place;
ALTER TABLE api_keys DROP COLUMN carried_micro_usd;
ALTER TABLE api_keys DROP COLUMN carried_until;
ALTER TABLE api_keys DROP COLUMN missing_since;
