-- What organizers see and do beyond ending a key: switch it off, change its cap, look at it, end thousands at once.
-- Times in the tables of this migration are Unix seconds, so that one set of statements serves both databases.
ALTER TABLE llmapikey.api_keys
    ADD COLUMN is_disabled     integer NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    ADD COLUMN unsynced        text,                          -- latest change that upstream may not have yet; NULL: none
    ADD COLUMN spent_micro_usd bigint  NOT NULL DEFAULT 0,    -- since the key was made, as upstream last said
    ADD COLUMN spent_as_of     bigint,                        -- NULL: upstream has not been asked yet
    ADD COLUMN revealed_at     bigint,                        -- when an organizer last looked at the raw key
    ADD COLUMN reveal_reason   text;
CREATE INDEX api_keys_expiry ON llmapikey.api_keys (expires_at, id);
CREATE INDEX api_keys_spent ON llmapikey.api_keys (spent_micro_usd, id);
CREATE INDEX api_keys_unused ON llmapikey.api_keys (created_at, id) WHERE spent_micro_usd <= 0;
CREATE INDEX api_keys_disabled ON llmapikey.api_keys (created_at, id) WHERE is_disabled = 1;
CREATE INDEX api_keys_unsynced ON llmapikey.api_keys (id) WHERE unsynced IS NOT NULL;

ALTER TABLE llmapikey.ledger ADD COLUMN bulk_id text;         -- of the bulk revocation that ended it
CREATE INDEX ledger_bulk ON llmapikey.ledger (bulk_id) WHERE bulk_id IS NOT NULL;
CREATE INDEX ledger_bulk_open ON llmapikey.ledger (bulk_id) WHERE bulk_id IS NOT NULL AND ended_at IS NULL;
CREATE INDEX ledger_created ON llmapikey.ledger (created_at);
CREATE INDEX ledger_begun ON llmapikey.ledger (begun_at);

-- Many keys ended by one decision. Selecting: rows are being marked, a few hundred at a time; then they are revoked upstream.
CREATE TABLE llmapikey.bulk_revocations (
    id         text    PRIMARY KEY,
    actor      text    NOT NULL,
    origin     text    NOT NULL,
    reason     text    NOT NULL,
    is_held    integer NOT NULL CHECK (is_held IN (0, 1)),
    hold_until bigint,
    selection  text    NOT NULL,                              -- which keys, as a query string
    cutoff     bigint  NOT NULL,                              -- keys made later are not meant
    state      text    NOT NULL CHECK (state IN ('selecting', 'revoking', 'done')),
    total      bigint  NOT NULL,
    created_at bigint  NOT NULL,
    ended_at   bigint,
    problem    text    NOT NULL
);
CREATE INDEX bulk_revocations_open ON llmapikey.bulk_revocations (created_at) WHERE state <> 'done';
CREATE INDEX bulk_revocations_newest ON llmapikey.bulk_revocations (created_at);

-- Which process does what only one should do at a time.
CREATE TABLE llmapikey.leases (
    name   text   PRIMARY KEY,
    holder text   NOT NULL,
    until  bigint NOT NULL
);

-- Figures that are taken from time to time, so that no page has to count.
CREATE TABLE llmapikey.facts (
    name     text   PRIMARY KEY,
    value    text   NOT NULL,
    noted_at bigint NOT NULL
);
CREATE TABLE llmapikey.days (
    day             text   PRIMARY KEY,                       -- "2027-02-22", UTC
    issued          bigint NOT NULL DEFAULT 0,
    ended           bigint NOT NULL DEFAULT 0,
    spent_micro_usd bigint NOT NULL DEFAULT 0
);
CREATE TABLE llmapikey.failures (
    what     text   PRIMARY KEY,
    first_at bigint NOT NULL,
    last_at  bigint NOT NULL,
    times    bigint NOT NULL
);
CREATE INDEX failures_latest ON llmapikey.failures (last_at);

-- hash: SHA-256 of the token, which is shown once and kept nowhere.
CREATE TABLE llmapikey.api_tokens (
    id             text   PRIMARY KEY,
    hash           text   NOT NULL UNIQUE,
    hint           text   NOT NULL,
    name           text   NOT NULL,
    github_user_id text   NOT NULL,
    scopes         text   NOT NULL,
    created_at     bigint NOT NULL,
    expires_at     bigint NOT NULL,
    revoked_at     bigint,
    used_at        bigint
);
CREATE INDEX api_tokens_owner ON llmapikey.api_tokens (github_user_id, created_at);

-- Answers to requests with an Idempotency-Key. status 0: under way. body: sealed.
CREATE TABLE llmapikey.stored_answers (
    actor       text   NOT NULL,
    request_key text   NOT NULL,
    fingerprint text   NOT NULL,
    attempt     text   NOT NULL,
    status      bigint NOT NULL,
    body        text   NOT NULL,
    begun_at    bigint NOT NULL,
    PRIMARY KEY (actor, request_key)
);
CREATE INDEX stored_answers_oldest ON llmapikey.stored_answers (begun_at);

CREATE TABLE llmapikey.webhook_endpoints (
    id            text    PRIMARY KEY,
    url           text    NOT NULL,
    sealed_secret text    NOT NULL,
    events        text    NOT NULL,                           -- separated by commas; empty: all
    is_enabled    integer NOT NULL CHECK (is_enabled IN (0, 1)),
    created_at    bigint  NOT NULL
);
-- event_key: what happened, once; a second notice of the same is left out.
CREATE TABLE llmapikey.webhook_events (
    id              text   PRIMARY KEY,
    event_key       text   NOT NULL UNIQUE,
    type            text   NOT NULL,
    grant_id        text   NOT NULL,
    github_user_id  text   NOT NULL,
    github_username text   NOT NULL,
    detail          text   NOT NULL,
    at              bigint NOT NULL,
    dispatched_at   bigint
);
CREATE INDEX webhook_events_waiting ON llmapikey.webhook_events (at, id) WHERE dispatched_at IS NULL;
CREATE INDEX webhook_events_oldest ON llmapikey.webhook_events (at);
CREATE TABLE llmapikey.webhook_deliveries (
    id          text   PRIMARY KEY,
    event_id    text   NOT NULL,
    endpoint_id text   NOT NULL,
    state       text   NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts    bigint NOT NULL,
    next_at     bigint NOT NULL,
    updated_at  bigint NOT NULL,
    problem     text   NOT NULL,
    UNIQUE (event_id, endpoint_id)
);
CREATE INDEX webhook_deliveries_due ON llmapikey.webhook_deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_latest ON llmapikey.webhook_deliveries (updated_at, id);

ALTER TABLE llmapikey.bulk_revocations ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.leases ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.days ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.api_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.stored_answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.webhook_endpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.webhook_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.webhook_deliveries ENABLE ROW LEVEL SECURITY;
