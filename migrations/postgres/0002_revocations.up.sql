-- Revoke is not forget: what was handed out and how it ended stays, and so does who did it.
ALTER TABLE llmapikey.api_keys DROP CONSTRAINT api_keys_status_is_known;
ALTER TABLE llmapikey.api_keys
    ADD CONSTRAINT api_keys_status_is_known CHECK (status IN ('pending', 'ambiguous', 'active', 'revoking'));
DROP INDEX llmapikey.api_keys_unsettled;
CREATE INDEX api_keys_unsettled ON llmapikey.api_keys (id) WHERE status IN ('pending', 'ambiguous');
CREATE INDEX api_keys_revoking ON llmapikey.api_keys (id) WHERE status = 'revoking';
CREATE INDEX api_keys_newest ON llmapikey.api_keys (created_at, id);
CREATE INDEX api_keys_hint ON llmapikey.api_keys (key_hint) WHERE key_hint IS NOT NULL;

-- Grants that have ended. Never deleted from; a down leaves it, and what follows, in place.
CREATE TABLE IF NOT EXISTS llmapikey.ledger (
    grant_id               uuid        PRIMARY KEY,
    github_user_id         text        NOT NULL,
    github_username        text        NOT NULL,
    openrouter_delete_hash text,
    key_hint               text,
    daily_limit_micro_usd  bigint      NOT NULL,
    created_at             timestamptz NOT NULL,
    expires_at             timestamptz NOT NULL,
    actor                  text        NOT NULL,
    reason                 text        NOT NULL,
    begun_at               timestamptz NOT NULL,
    ended_at               timestamptz                 -- NULL: not yet revoked upstream
);
CREATE INDEX IF NOT EXISTS ledger_account ON llmapikey.ledger (github_user_id, begun_at);

-- Accounts that may not take a key.
CREATE TABLE IF NOT EXISTS llmapikey.holds (
    github_user_id text        PRIMARY KEY,
    until          timestamptz,                        -- NULL: until it is lifted
    reason         text        NOT NULL,
    actor          text        NOT NULL,
    set_at         timestamptz NOT NULL
);

-- hash: SHA-256 over the hash before, the sequence and the entry (src/audit/audit_log.hpp).
CREATE TABLE IF NOT EXISTS llmapikey.audit_log (
    sequence bigint      PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor    text        NOT NULL,
    action   text        NOT NULL,
    subject  text        NOT NULL,
    origin   text        NOT NULL,
    outcome  text        NOT NULL,
    detail   text        NOT NULL,
    hash     text        NOT NULL
);
CREATE TABLE IF NOT EXISTS llmapikey.audit_head (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    sequence bigint  NOT NULL,
    hash     text    NOT NULL
);
INSERT INTO llmapikey.audit_head (only_row, sequence, hash) VALUES (1, 0, '') ON CONFLICT (only_row) DO NOTHING;

ALTER TABLE llmapikey.ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.audit_head ENABLE ROW LEVEL SECURITY;
