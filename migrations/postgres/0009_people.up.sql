-- The list of people: whom an organizer expects, what everybody has spent in all, and the order of
-- their logins.

-- github_user_id: NULL until GitHub has said whose login it is. A down leaves the list in place.
CREATE TABLE IF NOT EXISTS llmapikey.expected_people (
    id             text   PRIMARY KEY,
    github_user_id text,
    login          text   NOT NULL,
    login_key      text   COLLATE "C" NOT NULL,   -- the login in lower case
    name           text   NOT NULL,               -- as the organizer wrote it; '': none
    added_at       bigint NOT NULL,
    added_by       text   NOT NULL,
    problem        text   NOT NULL DEFAULT '',    -- why the login is not resolved
    next_lookup_at bigint                         -- when GitHub is asked again; NULL: never
);
CREATE UNIQUE INDEX IF NOT EXISTS expected_people_account ON llmapikey.expected_people (github_user_id)
    WHERE github_user_id IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS expected_people_unresolved ON llmapikey.expected_people (login_key)
    WHERE github_user_id IS NULL;
CREATE INDEX IF NOT EXISTS expected_people_login ON llmapikey.expected_people (login_key);
CREATE INDEX IF NOT EXISTS expected_people_lookup ON llmapikey.expected_people (next_lookup_at)
    WHERE next_lookup_at IS NOT NULL;

-- What each account has spent over all its keys. Days that are pruned from spending_days stay in
-- it. SpendingStore::note() keeps it up to date.
CREATE TABLE llmapikey.spending_totals (
    github_user_id  text   PRIMARY KEY,
    spent_micro_usd bigint NOT NULL
);
INSERT INTO llmapikey.spending_totals (github_user_id, spent_micro_usd)
    SELECT github_user_id, sum(spent_micro_usd)::bigint FROM llmapikey.spending_days GROUP BY github_user_id;
CREATE INDEX spending_totals_most ON llmapikey.spending_totals (spent_micro_usd, github_user_id);

CREATE INDEX api_keys_logins ON llmapikey.api_keys (lower(github_username COLLATE "C"), github_user_id);
CREATE INDEX ledger_logins ON llmapikey.ledger (lower(github_username COLLATE "C"), github_user_id);

ALTER TABLE llmapikey.expected_people ENABLE ROW LEVEL SECURITY;
ALTER TABLE llmapikey.spending_totals ENABLE ROW LEVEL SECURITY;
