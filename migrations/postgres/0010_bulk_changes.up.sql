-- Many keys changed or replaced by one decision: what was decided, and what became of each key.
CREATE TABLE llmapikey.bulk_changes (
    id            text   PRIMARY KEY,
    act           text   NOT NULL CHECK (act IN ('disable', 'enable', 'cap', 'replace')),
    cap_micro_usd bigint,                        -- of act 'cap'
    actor         text   NOT NULL,
    origin        text   NOT NULL,
    reason        text   NOT NULL,
    selection     text   NOT NULL,              -- which keys, as a query string
    state         text   NOT NULL CHECK (state IN ('working', 'done')),
    total         bigint NOT NULL,
    done          bigint NOT NULL DEFAULT 0,    -- these three: counted when it was done
    skipped       bigint NOT NULL DEFAULT 0,
    failed        bigint NOT NULL DEFAULT 0,
    decided_after bigint NOT NULL,              -- latest entry of the audit log at the decision
    created_at    bigint NOT NULL,
    begins_at     bigint NOT NULL,              -- nothing is done before, and it can be stopped
    ended_at      bigint,
    stopped_at    bigint,
    stopped_by    text   NOT NULL DEFAULT '',
    problem       text   NOT NULL DEFAULT ''
);
CREATE INDEX bulk_changes_open ON llmapikey.bulk_changes (created_at) WHERE state = 'working';
CREATE INDEX bulk_changes_newest ON llmapikey.bulk_changes (created_at);

-- Forgotten a month after the decision was carried out.
CREATE TABLE llmapikey.bulk_change_targets (
    bulk_id         text   NOT NULL,
    grant_id        uuid   NOT NULL,
    github_user_id  text   NOT NULL,
    github_username text   NOT NULL,
    state           text   NOT NULL CHECK (state IN ('waiting', 'done', 'skipped', 'failed')),
    why             text   NOT NULL DEFAULT '',
    tries           bigint NOT NULL DEFAULT 0,  -- that have failed
    begun_at        bigint,                     -- of the first try; NULL: none yet
    next_at         bigint NOT NULL DEFAULT 0,  -- not before
    listed_at       bigint NOT NULL,
    PRIMARY KEY (bulk_id, grant_id)
);
CREATE INDEX bulk_change_targets_waiting ON llmapikey.bulk_change_targets (bulk_id, next_at) WHERE state = 'waiting';
CREATE INDEX bulk_change_targets_left ON llmapikey.bulk_change_targets (bulk_id, state)
    WHERE state IN ('skipped', 'failed');
CREATE INDEX bulk_change_targets_grant ON llmapikey.bulk_change_targets (grant_id);
ALTER TABLE llmapikey.bulk_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.bulk_change_targets ENABLE ROW LEVEL SECURITY;
