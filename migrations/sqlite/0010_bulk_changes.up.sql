-- Many keys changed or replaced by one decision: what was decided, and what became of each key.
CREATE TABLE bulk_changes (
    id            TEXT    PRIMARY KEY NOT NULL,
    act           TEXT    NOT NULL CHECK (act IN ('disable', 'enable', 'cap', 'replace')),
    cap_micro_usd INTEGER,                       -- of act 'cap'
    actor         TEXT    NOT NULL,
    origin        TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    selection     TEXT    NOT NULL,              -- which keys, as a query string
    state         TEXT    NOT NULL CHECK (state IN ('working', 'done')),
    total         INTEGER NOT NULL,
    done          INTEGER NOT NULL DEFAULT 0,    -- these three: counted when it was done
    skipped       INTEGER NOT NULL DEFAULT 0,
    failed        INTEGER NOT NULL DEFAULT 0,
    decided_after INTEGER NOT NULL,              -- latest entry of the audit log at the decision
    created_at    INTEGER NOT NULL,
    begins_at     INTEGER NOT NULL,              -- nothing is done before, and it can be stopped
    ended_at      INTEGER,
    stopped_at    INTEGER,
    stopped_by    TEXT    NOT NULL DEFAULT '',
    problem       TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX bulk_changes_open ON bulk_changes (created_at) WHERE state = 'working';
CREATE INDEX bulk_changes_newest ON bulk_changes (created_at);

-- Forgotten a month after the decision was carried out.
CREATE TABLE bulk_change_targets (
    bulk_id         TEXT    NOT NULL,
    grant_id        TEXT    NOT NULL,
    github_user_id  TEXT    NOT NULL,
    github_username TEXT    NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'skipped', 'failed')),
    why             TEXT    NOT NULL DEFAULT '',
    tries           INTEGER NOT NULL DEFAULT 0,  -- that have failed
    begun_at        INTEGER,                     -- of the first try; NULL: none yet
    next_at         INTEGER NOT NULL DEFAULT 0,  -- not before
    listed_at       INTEGER NOT NULL,
    PRIMARY KEY (bulk_id, grant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_change_targets_waiting ON bulk_change_targets (bulk_id, next_at) WHERE state = 'waiting';
CREATE INDEX bulk_change_targets_left ON bulk_change_targets (bulk_id, state) WHERE state IN ('skipped', 'failed');
CREATE INDEX bulk_change_targets_grant ON bulk_change_targets (grant_id);
