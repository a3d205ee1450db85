-- A key's whole life: waiting for its turn, replaced by another, gone upstream, and what was spent on which day.
ALTER TABLE llmapikey.api_keys DROP CONSTRAINT api_keys_status_is_known;
ALTER TABLE llmapikey.api_keys
    ADD CONSTRAINT api_keys_status_is_known CHECK (status IN ('waiting', 'pending', 'ambiguous', 'active', 'revoking', 'replacing')),
    ADD COLUMN queued_at         bigint,                      -- since when it waits for its turn, in millionths of a second; NULL: it never did
    ADD COLUMN next_attempt_at   bigint,                      -- of a waiting row: not before; Unix seconds
    ADD COLUMN attempts          bigint  NOT NULL DEFAULT 0,  -- that have failed since it waits
    ADD COLUMN problem           text    NOT NULL DEFAULT '', -- of the latest of them
    ADD COLUMN keeps_place       integer NOT NULL DEFAULT 0 CHECK (keeps_place IN (0, 1)), -- the account had a key here before
    ADD COLUMN carried_micro_usd bigint  NOT NULL DEFAULT 0,  -- spent by the account's earlier keys on the day of the attempt
    ADD COLUMN carried_until     bigint,                      -- until when that lowers the cap; NULL: it does not
    ADD COLUMN missing_since     bigint;                      -- since when upstream does not know the key; NULL: it does
CREATE INDEX api_keys_waiting ON llmapikey.api_keys (queued_at, id) WHERE status = 'waiting';
CREATE INDEX api_keys_replacing ON llmapikey.api_keys (id) WHERE status = 'replacing';
CREATE INDEX api_keys_carried ON llmapikey.api_keys (carried_until) WHERE carried_until IS NOT NULL;
CREATE INDEX api_keys_missing ON llmapikey.api_keys (id) WHERE missing_since IS NOT NULL;

CREATE INDEX ledger_delete_hash ON llmapikey.ledger (openrouter_delete_hash) WHERE openrouter_delete_hash IS NOT NULL;

-- What each key has spent on each day (UTC), as upstream has said: what an account has left today outlives its keys.
CREATE TABLE llmapikey.spending_days (
    github_user_id         text   NOT NULL,
    day                    text   NOT NULL,                   -- "2027-02-22"
    openrouter_delete_hash text   NOT NULL,
    spent_micro_usd        bigint NOT NULL,
    PRIMARY KEY (github_user_id, day, openrouter_delete_hash)
);
CREATE INDEX spending_days_oldest ON llmapikey.spending_days (day);

-- Why an account that waited got no key.
CREATE TABLE llmapikey.mint_notes (
    github_user_id text   PRIMARY KEY,
    problem        text   NOT NULL,
    noted_at       bigint NOT NULL
);

ALTER TABLE llmapikey.spending_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.mint_notes ENABLE ROW LEVEL SECURITY;
