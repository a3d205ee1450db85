-- What the guarantees need to remember: see docs/guarantees.md.

-- Webhooks: the secret before the present one signs too until former_until; how an endpoint has been doing, over all
-- messages to it; since when a message waits, however often it was tried.
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN sealed_former_secret text NOT NULL DEFAULT '';
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN former_until bigint;
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN failures bigint NOT NULL DEFAULT 0;
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN failing_since bigint;
ALTER TABLE llmapikey.webhook_endpoints ADD COLUMN next_at bigint NOT NULL DEFAULT 0;
ALTER TABLE llmapikey.webhook_deliveries ADD COLUMN waiting_since bigint NOT NULL DEFAULT 0;
UPDATE llmapikey.webhook_deliveries SET waiting_since = updated_at;
DELETE FROM llmapikey.webhook_deliveries WHERE endpoint_id NOT IN (SELECT id FROM llmapikey.webhook_endpoints);
DROP INDEX llmapikey.webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON llmapikey.webhook_deliveries (endpoint_id, next_at) WHERE state = 'waiting';

-- Bulk revocations that can be stopped, and revocations that OpenRouter refuses: each is tried by itself, ever less often.
ALTER TABLE llmapikey.bulk_revocations ADD COLUMN stopped_at bigint;
ALTER TABLE llmapikey.bulk_revocations ADD COLUMN stopped_by text NOT NULL DEFAULT '';
ALTER TABLE llmapikey.ledger ADD COLUMN revoke_attempts bigint NOT NULL DEFAULT 0;  -- that have failed
ALTER TABLE llmapikey.ledger ADD COLUMN revoke_problem text NOT NULL DEFAULT '';    -- why the latest of them failed
ALTER TABLE llmapikey.ledger ADD COLUMN next_revoke_at bigint;                      -- not before; NULL: at once
CREATE INDEX ledger_stuck ON llmapikey.ledger (begun_at) WHERE ended_at IS NULL AND revoke_attempts > 0;
-- Until now a selection of every key was written as an empty one, which is none any more.
UPDATE llmapikey.bulk_revocations SET selection = 'all=true' WHERE selection = '';
-- People are found by their login after their key has ended, too.
UPDATE llmapikey.ledger SET github_username = (SELECT k.github_username FROM llmapikey.api_keys AS k WHERE k.github_user_id = llmapikey.ledger.github_user_id)
    WHERE github_username = '' AND EXISTS (SELECT 1 FROM llmapikey.api_keys AS k WHERE k.github_user_id = llmapikey.ledger.github_user_id AND k.github_username <> '');
CREATE INDEX audit_log_subject ON llmapikey.audit_log (subject text_pattern_ops, sequence);
-- What keys have spent: booked from what they had used when they were last read.
ALTER TABLE llmapikey.spending_days
    ADD COLUMN usage_micro_usd bigint,                    -- since the key was made; NULL: not kept
    ADD COLUMN read_at         bigint NOT NULL DEFAULT 0; -- when upstream said so
ALTER TABLE llmapikey.api_keys
    ADD COLUMN last_used_at bigint NOT NULL DEFAULT 0;    -- as upstream last said; 0: never, or unknown
CREATE INDEX api_keys_last_used ON llmapikey.api_keys (last_used_at, id);
-- A known text, sealed with KEY_ENCRYPTION_SECRET: a process with another secret does not start.
CREATE TABLE llmapikey.sealing_canary (
    id     integer PRIMARY KEY CHECK (id = 1),
    sealed text NOT NULL
);
ALTER TABLE llmapikey.sealing_canary ENABLE ROW LEVEL SECURITY;

-- Attempts that were given up: a key upstream under such a nonce is a leftover of ours. Kept for a month.
CREATE TABLE llmapikey.given_up_attempts (
    nonce       text   PRIMARY KEY,
    given_up_at bigint NOT NULL
);
CREATE INDEX given_up_attempts_oldest ON llmapikey.given_up_attempts (given_up_at);
-- Keys that no attempt was remembered of and that were ended without a person's word: how many counts to whether there are few.
CREATE TABLE llmapikey.unremembered_ends (
    openrouter_delete_hash text   PRIMARY KEY,
    ended_at               bigint NOT NULL
);
INSERT INTO llmapikey.given_up_attempts (nonce, given_up_at)
    SELECT DISTINCT nonce, extract(epoch FROM now())::bigint FROM llmapikey.api_keys WHERE status = 'waiting';
ALTER TABLE llmapikey.given_up_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.unremembered_ends ENABLE ROW LEVEL SECURITY;
-- Attempts whose end was decided while their key was being made: settled first, then revoked.
CREATE INDEX api_keys_ending_attempts ON llmapikey.api_keys (id) WHERE status = 'revoking' AND openrouter_delete_hash IS NULL AND nonce <> '';
