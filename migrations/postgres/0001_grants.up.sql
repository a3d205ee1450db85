-- One row per GitHub account at most: what it holds, or the attempt to give it something. A table that an older
-- deployment left has been brought to these columns by now (src/schema/adoption.cpp).
-- Every statement of the service finds its row by github_user_id: the key to distribute by.
CREATE TABLE IF NOT EXISTS llmapikey.api_keys (
    id                     uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    github_user_id         text        NOT NULL UNIQUE,
    github_username        text        NOT NULL,
    openrouter_delete_hash text,                                -- delete handle
    openrouter_key         text,                                -- raw key, sealed
    key_hint               text,
    status                 text        NOT NULL DEFAULT 'pending',
    created_at             timestamptz NOT NULL DEFAULT now(),
    nonce                  text        NOT NULL,                -- of the attempt, part of the upstream key's name
    daily_limit_micro_usd  bigint      NOT NULL,
    attempted_at           timestamptz NOT NULL,
    expires_at             timestamptz NOT NULL
);

-- An active row without a sealed key is of the time before keys were kept.
ALTER TABLE llmapikey.api_keys
    ADD CONSTRAINT api_keys_status_is_known CHECK (status IN ('pending', 'ambiguous', 'active')),
    ADD CONSTRAINT api_keys_key_is_sealed CHECK (openrouter_key IS NULL OR openrouter_key LIKE 'v1.%'),
    ADD CONSTRAINT api_keys_active_has_handle CHECK (status <> 'active' OR openrouter_delete_hash IS NOT NULL),
    ADD CONSTRAINT api_keys_only_active_has_key CHECK (status = 'active' OR openrouter_key IS NULL);

CREATE INDEX api_keys_unsettled ON llmapikey.api_keys (id) WHERE status <> 'active';
CREATE INDEX api_keys_delete_hash ON llmapikey.api_keys (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;
CREATE INDEX api_keys_nonce ON llmapikey.api_keys (nonce) WHERE nonce <> '';

-- The number of rows, kept and not counted: reserving costs the same with ten keys and with ten million.
CREATE TABLE llmapikey.totals (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    live     bigint  NOT NULL CHECK (live >= 0)
);
INSERT INTO llmapikey.totals (only_row, live) SELECT 1, count(*) FROM llmapikey.api_keys;

-- Token buckets that all replicas share. Losing them costs nothing, so they are not worth a write to the log.
CREATE UNLOGGED TABLE llmapikey.rate_limits (
    client    text             PRIMARY KEY,
    tokens    double precision NOT NULL,
    filled_at timestamptz      NOT NULL,
    is_taken  boolean          NOT NULL
);

-- No policy: whoever does not own the tables sees nothing, whatever is granted.
ALTER TABLE llmapikey.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.totals ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.rate_limits ENABLE ROW LEVEL SECURITY;
