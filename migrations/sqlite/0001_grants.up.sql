-- One row per GitHub account at most: what it holds, or the attempt to give it something.
-- Times are Unix seconds (UTC). Names follow the PostgreSQL schema that older deployments have.
CREATE TABLE api_keys (
    id                     TEXT PRIMARY KEY NOT NULL,
    github_user_id         TEXT NOT NULL UNIQUE,
    github_username        TEXT NOT NULL,
    status                 TEXT NOT NULL CHECK (status IN ('pending', 'ambiguous', 'active')),
    nonce                  TEXT NOT NULL,              -- of the attempt, part of the upstream key's name
    openrouter_delete_hash TEXT,                       -- delete handle
    openrouter_key         TEXT,                       -- raw key, sealed
    key_hint               TEXT,
    daily_limit_micro_usd  INTEGER NOT NULL,
    created_at             INTEGER NOT NULL,
    attempted_at           INTEGER NOT NULL,
    expires_at             INTEGER NOT NULL,
    CHECK (status <> 'active' OR (openrouter_delete_hash IS NOT NULL AND openrouter_key IS NOT NULL AND key_hint IS NOT NULL)),
    CHECK (status = 'active' OR (openrouter_key IS NULL AND key_hint IS NULL))
) STRICT;

CREATE INDEX api_keys_unsettled ON api_keys (id) WHERE status <> 'active';
CREATE INDEX api_keys_delete_hash ON api_keys (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;
CREATE INDEX api_keys_nonce ON api_keys (nonce);

-- The number of rows, kept and not counted: reserving costs the same with ten keys and with ten million.
CREATE TABLE totals (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    live     INTEGER NOT NULL CHECK (live >= 0)
) STRICT;
INSERT INTO totals (only_row, live) VALUES (1, 0);

CREATE TRIGGER api_keys_counted AFTER INSERT ON api_keys BEGIN
    UPDATE totals SET live = live + 1;
END;
CREATE TRIGGER api_keys_uncounted AFTER DELETE ON api_keys BEGIN
    UPDATE totals SET live = live - 1;
END;
