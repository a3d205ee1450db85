-- What organizers see and do beyond ending a key: switch it off, change its cap, look at it, end thousands at once.
ALTER TABLE api_keys ADD COLUMN is_disabled     INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1));
ALTER TABLE api_keys ADD COLUMN unsynced        TEXT;  -- latest change that upstream may not have yet; NULL: none
ALTER TABLE api_keys ADD COLUMN spent_micro_usd INTEGER  NOT NULL DEFAULT 0;  -- since the key was made, as upstream last said
ALTER TABLE api_keys ADD COLUMN spent_as_of     INTEGER;  -- NULL: upstream has not been asked yet
ALTER TABLE api_keys ADD COLUMN revealed_at     INTEGER;  -- when an organizer last looked at the raw key
ALTER TABLE api_keys ADD COLUMN reveal_reason   TEXT;
CREATE INDEX api_keys_expiry ON api_keys (expires_at, id);
CREATE INDEX api_keys_spent ON api_keys (spent_micro_usd, id);
CREATE INDEX api_keys_unused ON api_keys (created_at, id) WHERE spent_micro_usd <= 0;
CREATE INDEX api_keys_disabled ON api_keys (created_at, id) WHERE is_disabled = 1;
CREATE INDEX api_keys_unsynced ON api_keys (id) WHERE unsynced IS NOT NULL;

ALTER TABLE ledger ADD COLUMN bulk_id TEXT;         -- of the bulk revocation that ended it
CREATE INDEX ledger_bulk ON ledger (bulk_id) WHERE bulk_id IS NOT NULL;
CREATE INDEX ledger_bulk_open ON ledger (bulk_id) WHERE bulk_id IS NOT NULL AND ended_at IS NULL;
CREATE INDEX ledger_created ON ledger (created_at);
CREATE INDEX ledger_begun ON ledger (begun_at);

-- Many keys ended by one decision. Selecting: rows are being marked, a few hundred at a time; then they are revoked upstream.
CREATE TABLE bulk_revocations (
    id         TEXT    PRIMARY KEY NOT NULL,
    actor      TEXT    NOT NULL,
    origin     TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    is_held    INTEGER NOT NULL CHECK (is_held IN (0, 1)),
    hold_until INTEGER,
    selection  TEXT    NOT NULL,                              -- which keys, as a query string
    cutoff     INTEGER  NOT NULL,                              -- keys made later are not meant
    state      TEXT    NOT NULL CHECK (state IN ('selecting', 'revoking', 'done')),
    total      INTEGER  NOT NULL,
    created_at INTEGER  NOT NULL,
    ended_at   INTEGER,
    problem    TEXT    NOT NULL
) STRICT;
CREATE INDEX bulk_revocations_open ON bulk_revocations (created_at) WHERE state <> 'done';
CREATE INDEX bulk_revocations_newest ON bulk_revocations (created_at);

-- Which process does what only one should do at a time.
CREATE TABLE leases (
    name   TEXT   PRIMARY KEY NOT NULL,
    holder TEXT   NOT NULL,
    until  INTEGER NOT NULL
) STRICT;

-- Figures that are taken from time to time, so that no page has to count.
CREATE TABLE facts (
    name     TEXT   PRIMARY KEY NOT NULL,
    value    TEXT   NOT NULL,
    noted_at INTEGER NOT NULL
) STRICT;
CREATE TABLE days (
    day             TEXT   PRIMARY KEY NOT NULL,                       -- "2027-02-22", UTC
    issued          INTEGER NOT NULL DEFAULT 0,
    ended           INTEGER NOT NULL DEFAULT 0,
    spent_micro_usd INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE failures (
    what     TEXT   PRIMARY KEY NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    times    INTEGER NOT NULL
) STRICT;
CREATE INDEX failures_latest ON failures (last_at);

-- hash: SHA-256 of the token, which is shown once and kept nowhere.
CREATE TABLE api_tokens (
    id             TEXT   PRIMARY KEY NOT NULL,
    hash           TEXT   NOT NULL UNIQUE,
    hint           TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    github_user_id TEXT   NOT NULL,
    scopes         TEXT   NOT NULL,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    revoked_at     INTEGER,
    used_at        INTEGER
) STRICT;
CREATE INDEX api_tokens_owner ON api_tokens (github_user_id, created_at);

-- Answers to requests with an Idempotency-Key. status 0: under way. body: sealed.
CREATE TABLE stored_answers (
    actor       TEXT   NOT NULL,
    request_key TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    attempt     TEXT   NOT NULL,
    status      INTEGER NOT NULL,
    body        TEXT   NOT NULL,
    begun_at    INTEGER NOT NULL,
    PRIMARY KEY (actor, request_key)
) STRICT;
CREATE INDEX stored_answers_oldest ON stored_answers (begun_at);

CREATE TABLE webhook_endpoints (
    id            TEXT    PRIMARY KEY NOT NULL,
    url           TEXT    NOT NULL,
    sealed_secret TEXT    NOT NULL,
    events        TEXT    NOT NULL,                           -- separated by commas; empty: all
    is_enabled    INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
    created_at    INTEGER  NOT NULL
) STRICT;
-- event_key: what happened, once; a second notice of the same is left out.
CREATE TABLE webhook_events (
    id              TEXT   PRIMARY KEY NOT NULL,
    event_key       TEXT   NOT NULL UNIQUE,
    type            TEXT   NOT NULL,
    grant_id        TEXT   NOT NULL,
    github_user_id  TEXT   NOT NULL,
    github_username TEXT   NOT NULL,
    detail          TEXT   NOT NULL,
    at              INTEGER NOT NULL,
    dispatched_at   INTEGER
) STRICT;
CREATE INDEX webhook_events_waiting ON webhook_events (at, id) WHERE dispatched_at IS NULL;
CREATE INDEX webhook_events_oldest ON webhook_events (at);
CREATE TABLE webhook_deliveries (
    id          TEXT   PRIMARY KEY NOT NULL,
    event_id    TEXT   NOT NULL,
    endpoint_id TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts    INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    problem     TEXT   NOT NULL,
    UNIQUE (event_id, endpoint_id)
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_latest ON webhook_deliveries (updated_at, id);

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
