-- The ledger, the holds and the audit log stay. A revocation under way becomes an attempt in doubt, which ends in the same.
UPDATE api_keys SET status = 'ambiguous', key_hint = NULL WHERE status = 'revoking';
DROP TRIGGER api_keys_renamed;
DROP TRIGGER api_keys_counted;
DROP TRIGGER api_keys_uncounted;
DROP TABLE login_search;
CREATE TRIGGER api_keys_counted AFTER INSERT ON api_keys BEGIN
    UPDATE totals SET live = live + 1;
END;
CREATE TRIGGER api_keys_uncounted AFTER DELETE ON api_keys BEGIN
    UPDATE totals SET live = live - 1;
END;
DROP INDEX api_keys_newest;
DROP INDEX api_keys_hint;
DROP INDEX api_keys_revoking;
DROP INDEX api_keys_unsettled;
CREATE INDEX api_keys_unsettled ON api_keys (id) WHERE status <> 'active';
