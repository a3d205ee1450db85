-- Revoke is not forget: what was handed out and how it ended stays, and so does who did it.
DROP TRIGGER api_keys_counted;
DROP TRIGGER api_keys_uncounted;
DROP INDEX api_keys_unsettled;
DROP INDEX api_keys_delete_hash;
DROP INDEX api_keys_nonce;
ALTER TABLE api_keys RENAME TO api_keys_before;
-- As before, but for the status 'revoking', and a number that stays the same when the file is copied: the search refers to it.
CREATE TABLE api_keys (
    number                 INTEGER PRIMARY KEY,
    id                     TEXT NOT NULL UNIQUE,
    github_user_id         TEXT NOT NULL UNIQUE,
    github_username        TEXT NOT NULL,
    status                 TEXT NOT NULL CHECK (status IN ('pending', 'ambiguous', 'active', 'revoking')),
    nonce                  TEXT NOT NULL,
    openrouter_delete_hash TEXT,
    openrouter_key         TEXT,
    key_hint               TEXT,
    daily_limit_micro_usd  INTEGER NOT NULL,
    created_at             INTEGER NOT NULL,
    attempted_at           INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    CHECK (status <> 'active' OR (openrouter_delete_hash IS NOT NULL AND openrouter_key IS NOT NULL AND key_hint IS NOT NULL)),
    CHECK (status = 'active' OR openrouter_key IS NULL)
) STRICT;
INSERT INTO api_keys (id, github_user_id, github_username, status, nonce, openrouter_delete_hash, openrouter_key, key_hint,
    daily_limit_micro_usd, created_at, attempted_at, expires_at)
    SELECT id, github_user_id, github_username, status, nonce, openrouter_delete_hash, openrouter_key, key_hint,
    daily_limit_micro_usd, created_at, attempted_at, expires_at FROM api_keys_before;
DROP TABLE api_keys_before;

CREATE INDEX api_keys_unsettled ON api_keys (id) WHERE status IN ('pending', 'ambiguous');
CREATE INDEX api_keys_revoking ON api_keys (id) WHERE status = 'revoking';
CREATE INDEX api_keys_delete_hash ON api_keys (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;
CREATE INDEX api_keys_nonce ON api_keys (nonce);
CREATE INDEX api_keys_newest ON api_keys (created_at, id);
CREATE INDEX api_keys_hint ON api_keys (key_hint) WHERE key_hint IS NOT NULL;

-- Finds any part of a login of three characters or more.
CREATE VIRTUAL TABLE login_search USING fts5 (github_username, content = 'api_keys', content_rowid = 'number', tokenize = 'trigram');
INSERT INTO login_search (login_search) VALUES ('rebuild');

CREATE TRIGGER api_keys_counted AFTER INSERT ON api_keys BEGIN
    UPDATE totals SET live = live + 1;
    INSERT INTO login_search (rowid, github_username) VALUES (new.number, new.github_username);
END;
CREATE TRIGGER api_keys_uncounted AFTER DELETE ON api_keys BEGIN
    UPDATE totals SET live = live - 1;
    INSERT INTO login_search (login_search, rowid, github_username) VALUES ('delete', old.number, old.github_username);
END;
CREATE TRIGGER api_keys_renamed AFTER UPDATE OF github_username ON api_keys BEGIN
    INSERT INTO login_search (login_search, rowid, github_username) VALUES ('delete', old.number, old.github_username);
    INSERT INTO login_search (rowid, github_username) VALUES (new.number, new.github_username);
END;

-- Grants that have ended. Never deleted from; a down leaves it, and what follows, in place.
CREATE TABLE IF NOT EXISTS ledger (
    grant_id               TEXT PRIMARY KEY NOT NULL,
    github_user_id         TEXT NOT NULL,
    github_username        TEXT NOT NULL,
    openrouter_delete_hash TEXT,
    key_hint               TEXT,
    daily_limit_micro_usd  INTEGER NOT NULL,
    created_at             INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    actor                  TEXT NOT NULL,
    reason                 TEXT NOT NULL,
    begun_at               INTEGER NOT NULL,
    ended_at               INTEGER                -- NULL: not yet revoked upstream
) STRICT;
CREATE INDEX IF NOT EXISTS ledger_account ON ledger (github_user_id, begun_at);

-- Accounts that may not take a key.
CREATE TABLE IF NOT EXISTS holds (
    github_user_id TEXT PRIMARY KEY NOT NULL,
    until          INTEGER,                       -- NULL: until it is lifted
    reason         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    set_at         INTEGER NOT NULL
) STRICT;

-- hash: SHA-256 over the hash before, the sequence and the entry (src/audit/audit_log.hpp).
CREATE TABLE IF NOT EXISTS audit_log (
    sequence INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    origin   TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    hash     TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS audit_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sequence INTEGER NOT NULL,
    hash     TEXT NOT NULL
) STRICT;
INSERT INTO audit_head (only_row, sequence, hash) VALUES (1, 0, '') ON CONFLICT DO NOTHING;
