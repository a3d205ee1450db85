-- What the guarantees need to remember: see docs/guarantees.md.

-- Webhooks: the secret before the present one signs too until former_until; how an endpoint has been doing, over all
-- messages to it; since when a message waits, however often it was tried.
ALTER TABLE webhook_endpoints ADD COLUMN sealed_former_secret TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoints ADD COLUMN former_until INTEGER;
ALTER TABLE webhook_endpoints ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN failing_since INTEGER;
ALTER TABLE webhook_endpoints ADD COLUMN next_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_deliveries ADD COLUMN waiting_since INTEGER NOT NULL DEFAULT 0;
UPDATE webhook_deliveries SET waiting_since = updated_at;
DELETE FROM webhook_deliveries WHERE endpoint_id NOT IN (SELECT id FROM webhook_endpoints);
DROP INDEX webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'waiting';

-- Bulk revocations that can be stopped, and revocations that OpenRouter refuses: each is tried by itself, ever less often.
ALTER TABLE bulk_revocations ADD COLUMN stopped_at INTEGER;
ALTER TABLE bulk_revocations ADD COLUMN stopped_by TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger ADD COLUMN revoke_attempts INTEGER NOT NULL DEFAULT 0;  -- that have failed
ALTER TABLE ledger ADD COLUMN revoke_problem TEXT NOT NULL DEFAULT '';    -- why the latest of them failed
ALTER TABLE ledger ADD COLUMN next_revoke_at INTEGER;                      -- not before; NULL: at once
CREATE INDEX ledger_stuck ON ledger (begun_at) WHERE ended_at IS NULL AND revoke_attempts > 0;
-- Until now a selection of every key was written as an empty one, which is none any more.
UPDATE bulk_revocations SET selection = 'all=true' WHERE selection = '';
-- People are found by their login after their key has ended, too.
UPDATE ledger SET github_username = (SELECT k.github_username FROM api_keys AS k WHERE k.github_user_id = ledger.github_user_id)
    WHERE github_username = '' AND EXISTS (SELECT 1 FROM api_keys AS k WHERE k.github_user_id = ledger.github_user_id AND k.github_username <> '');
CREATE INDEX audit_log_subject ON audit_log (subject COLLATE NOCASE, sequence);
-- What keys have spent: booked from what they had used when they were last read.
ALTER TABLE spending_days ADD COLUMN usage_micro_usd INTEGER;             -- since the key was made; NULL: not kept
ALTER TABLE spending_days ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0;  -- when upstream said so
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;  -- as upstream last said; 0: never, or unknown
CREATE INDEX api_keys_last_used ON api_keys (last_used_at, id);
-- A known text, sealed with KEY_ENCRYPTION_SECRET: a process with another secret does not start.
CREATE TABLE sealing_canary (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    sealed TEXT NOT NULL
) STRICT;

-- Attempts that were given up: a key upstream under such a nonce is a leftover of ours. Kept for a month.
CREATE TABLE given_up_attempts (
    nonce       TEXT PRIMARY KEY NOT NULL,
    given_up_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX given_up_attempts_oldest ON given_up_attempts (given_up_at);
-- Keys that no attempt was remembered of and that were ended without a person's word: how many counts to whether there are few.
CREATE TABLE unremembered_ends (
    openrouter_delete_hash TEXT PRIMARY KEY NOT NULL,
    ended_at               INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER attempt_given_up AFTER UPDATE OF status ON api_keys
WHEN new.status = 'waiting' AND old.status <> 'waiting' BEGIN
    INSERT INTO given_up_attempts (nonce, given_up_at) VALUES (old.nonce, unixepoch())
    ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at;
END;
CREATE TRIGGER attempt_settled_before_its_end AFTER UPDATE OF nonce ON api_keys
WHEN new.nonce = '' AND old.nonce <> '' BEGIN
    INSERT INTO given_up_attempts (nonce, given_up_at) VALUES (old.nonce, unixepoch())
    ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at;
END;
CREATE TRIGGER attempt_given_up_with_its_row AFTER DELETE ON api_keys WHEN old.nonce <> '' BEGIN
    INSERT INTO given_up_attempts (nonce, given_up_at) VALUES (old.nonce, unixepoch())
    ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at;
END;
INSERT INTO given_up_attempts (nonce, given_up_at) SELECT DISTINCT nonce, unixepoch() FROM api_keys WHERE status = 'waiting';
-- Attempts whose end was decided while their key was being made: settled first, then revoked.
CREATE INDEX api_keys_ending_attempts ON api_keys (id) WHERE status = 'revoking' AND openrouter_delete_hash IS NULL AND nonce <> '';
