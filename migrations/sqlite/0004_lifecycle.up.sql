-- A key's whole life: waiting for its turn, replaced by another, gone upstream, and what was spent on which day.
DROP TRIGGER key_revoked;
DROP TRIGGER mint_ambiguous;
DROP TRIGGER key_issued;
DROP TRIGGER api_keys_renamed;
DROP TRIGGER api_keys_counted;
DROP TRIGGER api_keys_uncounted;
DROP INDEX api_keys_unsettled;
DROP INDEX api_keys_revoking;
DROP INDEX api_keys_delete_hash;
DROP INDEX api_keys_nonce;
DROP INDEX api_keys_newest;
DROP INDEX api_keys_hint;
DROP INDEX api_keys_expiry;
DROP INDEX api_keys_spent;
DROP INDEX api_keys_unused;
DROP INDEX api_keys_disabled;
DROP INDEX api_keys_unsynced;
ALTER TABLE api_keys RENAME TO api_keys_before;
CREATE TABLE api_keys (
    number                 INTEGER PRIMARY KEY,         -- stays the same when the file is copied: the search refers to it
    id                     TEXT NOT NULL UNIQUE,
    github_user_id         TEXT NOT NULL UNIQUE,
    github_username        TEXT NOT NULL,
    status                 TEXT NOT NULL CHECK (status IN ('waiting', 'pending', 'ambiguous', 'active', 'revoking', 'replacing')),
    nonce                  TEXT NOT NULL,
    openrouter_delete_hash TEXT,
    openrouter_key         TEXT,
    key_hint               TEXT,
    daily_limit_micro_usd  INTEGER NOT NULL,
    created_at             INTEGER NOT NULL,
    attempted_at           INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    is_disabled            INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    unsynced               TEXT,                        -- latest change that upstream may not have yet; NULL: none
    spent_micro_usd        INTEGER NOT NULL DEFAULT 0,  -- since the key was made, as upstream last said
    spent_as_of            INTEGER,                     -- NULL: upstream has not been asked yet
    revealed_at            INTEGER,                     -- when an organizer last looked at the raw key
    reveal_reason          TEXT,
    queued_at              INTEGER,                     -- since when it waits for its turn, in millionths of a second; NULL: it never did
    next_attempt_at        INTEGER,                     -- of a waiting row: not before
    attempts               INTEGER NOT NULL DEFAULT 0,  -- that have failed since it waits
    problem                TEXT NOT NULL DEFAULT '',    -- of the latest of them
    keeps_place            INTEGER NOT NULL DEFAULT 0 CHECK (keeps_place IN (0, 1)), -- the account had a key here before
    carried_micro_usd      INTEGER NOT NULL DEFAULT 0,  -- spent by the account's earlier keys on the day of the attempt
    carried_until          INTEGER,                     -- until when that lowers the cap; NULL: it does not
    missing_since          INTEGER,                     -- since when upstream does not know the key; NULL: it does
    CHECK (status <> 'active' OR (openrouter_delete_hash IS NOT NULL AND openrouter_key IS NOT NULL AND key_hint IS NOT NULL)),
    CHECK (status = 'active' OR openrouter_key IS NULL)
) STRICT;
INSERT INTO api_keys (number, id, github_user_id, github_username, status, nonce, openrouter_delete_hash, openrouter_key, key_hint,
    daily_limit_micro_usd, created_at, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason)
    SELECT number, id, github_user_id, github_username, status, nonce, openrouter_delete_hash, openrouter_key, key_hint,
    daily_limit_micro_usd, created_at, attempted_at, expires_at, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason
    FROM api_keys_before;
DROP TABLE api_keys_before;

CREATE INDEX api_keys_unsettled ON api_keys (id) WHERE status IN ('pending', 'ambiguous');
CREATE INDEX api_keys_revoking ON api_keys (id) WHERE status = 'revoking';
CREATE INDEX api_keys_delete_hash ON api_keys (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;
CREATE INDEX api_keys_nonce ON api_keys (nonce);
CREATE INDEX api_keys_newest ON api_keys (created_at, id);
CREATE INDEX api_keys_hint ON api_keys (key_hint) WHERE key_hint IS NOT NULL;
CREATE INDEX api_keys_expiry ON api_keys (expires_at, id);
CREATE INDEX api_keys_spent ON api_keys (spent_micro_usd, id);
CREATE INDEX api_keys_unused ON api_keys (created_at, id) WHERE spent_micro_usd <= 0;
CREATE INDEX api_keys_disabled ON api_keys (created_at, id) WHERE is_disabled = 1;
CREATE INDEX api_keys_unsynced ON api_keys (id) WHERE unsynced IS NOT NULL;
CREATE INDEX api_keys_waiting ON api_keys (queued_at, id) WHERE status = 'waiting';
CREATE INDEX api_keys_replacing ON api_keys (id) WHERE status = 'replacing';
CREATE INDEX api_keys_carried ON api_keys (carried_until) WHERE carried_until IS NOT NULL;
CREATE INDEX api_keys_missing ON api_keys (id) WHERE missing_since IS NOT NULL;

CREATE INDEX ledger_delete_hash ON ledger (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;

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

-- What each key has spent on each day (UTC), as upstream has said: what an account has left today outlives its keys.
CREATE TABLE spending_days (
    github_user_id         TEXT NOT NULL,
    day                    TEXT NOT NULL,               -- "2027-02-22"
    openrouter_delete_hash TEXT NOT NULL,
    spent_micro_usd        INTEGER NOT NULL,
    PRIMARY KEY (github_user_id, day, openrouter_delete_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX spending_days_oldest ON spending_days (day);

-- Why an account that waited got no key.
CREATE TABLE mint_notes (
    github_user_id TEXT PRIMARY KEY NOT NULL,
    problem        TEXT NOT NULL,
    noted_at       INTEGER NOT NULL
) STRICT;

-- What the holders of webhooks are told, in the same transaction as what has happened.
CREATE TRIGGER key_issued AFTER UPDATE OF status ON api_keys
WHEN new.status = 'active' AND old.status = 'pending' AND EXISTS (SELECT 1 FROM webhook_endpoints) BEGIN
    INSERT INTO webhook_events (id, event_key, type, grant_id, github_user_id, github_username, detail, at)
    VALUES (lower(hex(randomblob(16))), 'key.issued:' || new.id, 'key.issued', new.id, new.github_user_id, new.github_username, '', unixepoch())
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER mint_ambiguous AFTER UPDATE OF status ON api_keys
WHEN new.status = 'ambiguous' AND old.status = 'pending' AND EXISTS (SELECT 1 FROM webhook_endpoints) BEGIN
    INSERT INTO webhook_events (id, event_key, type, grant_id, github_user_id, github_username, detail, at)
    VALUES (lower(hex(randomblob(16))), 'mint.ambiguous:' || new.id || ':' || new.nonce, 'mint.ambiguous', new.id, new.github_user_id, new.github_username, '', unixepoch())
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER key_revoked AFTER DELETE ON api_keys
WHEN old.status = 'revoking' AND EXISTS (SELECT 1 FROM webhook_endpoints) BEGIN
    INSERT INTO webhook_events (id, event_key, type, grant_id, github_user_id, github_username, detail, at)
    SELECT lower(hex(randomblob(16))), 'key.revoked:' || old.id, 'key.revoked', old.id, old.github_user_id, old.github_username, coalesce((SELECT reason FROM ledger WHERE grant_id = old.id), ''), unixepoch()
    WHERE true ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER key_replaced AFTER UPDATE OF status ON api_keys
WHEN old.status = 'replacing' AND new.status = 'waiting' AND EXISTS (SELECT 1 FROM webhook_endpoints) BEGIN
    INSERT INTO webhook_events (id, event_key, type, grant_id, github_user_id, github_username, detail, at)
    SELECT lower(hex(randomblob(16))), 'key.revoked:' || old.id, 'key.revoked', old.id, old.github_user_id, old.github_username, coalesce((SELECT reason FROM ledger WHERE grant_id = old.id), ''), unixepoch()
    WHERE true ON CONFLICT DO NOTHING;
END;
