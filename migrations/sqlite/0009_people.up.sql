-- The list of people: whom an organizer expects, what everybody has spent in all, and the order of
-- their logins.

-- github_user_id: NULL until GitHub has said whose login it is. A down leaves the list in place.
CREATE TABLE IF NOT EXISTS expected_people (
    id             TEXT PRIMARY KEY NOT NULL,
    github_user_id TEXT,
    login          TEXT NOT NULL,
    login_key      TEXT NOT NULL,                 -- the login in lower case
    name           TEXT NOT NULL,                 -- as the organizer wrote it; '': none
    added_at       INTEGER NOT NULL,
    added_by       TEXT NOT NULL,
    problem        TEXT NOT NULL DEFAULT '',      -- why the login is not resolved
    next_lookup_at INTEGER                        -- when GitHub is asked again; NULL: never
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS expected_people_account ON expected_people (github_user_id)
    WHERE github_user_id IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS expected_people_unresolved ON expected_people (login_key)
    WHERE github_user_id IS NULL;
CREATE INDEX IF NOT EXISTS expected_people_login ON expected_people (login_key);
CREATE INDEX IF NOT EXISTS expected_people_lookup ON expected_people (next_lookup_at)
    WHERE next_lookup_at IS NOT NULL;

-- What each account has spent over all its keys. Days that are pruned from spending_days stay in
-- it.
CREATE TABLE spending_totals (
    github_user_id  TEXT PRIMARY KEY NOT NULL,
    spent_micro_usd INTEGER NOT NULL
) STRICT;
INSERT INTO spending_totals (github_user_id, spent_micro_usd)
    SELECT github_user_id, sum(spent_micro_usd) FROM spending_days GROUP BY github_user_id;
CREATE INDEX spending_totals_most ON spending_totals (spent_micro_usd, github_user_id);
CREATE TRIGGER spending_added AFTER INSERT ON spending_days BEGIN
    INSERT INTO spending_totals (github_user_id, spent_micro_usd) VALUES (new.github_user_id, new.spent_micro_usd)
    ON CONFLICT (github_user_id) DO UPDATE SET spent_micro_usd = spent_micro_usd + excluded.spent_micro_usd;
END;
CREATE TRIGGER spending_changed AFTER UPDATE OF spent_micro_usd ON spending_days BEGIN
    UPDATE spending_totals SET spent_micro_usd = spent_micro_usd + new.spent_micro_usd - old.spent_micro_usd
    WHERE github_user_id = new.github_user_id;
END;

CREATE INDEX api_keys_logins ON api_keys (lower(github_username), github_user_id);
CREATE INDEX ledger_logins ON ledger (lower(github_username), github_user_id);
