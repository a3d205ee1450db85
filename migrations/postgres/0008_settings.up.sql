-- What organizers have set while the service runs: each row wins over the environment's variable.
-- Both values NULL: the variable counts again. Times are Unix seconds.
CREATE TABLE llmapikey.settings (
    name         text   PRIMARY KEY,                 -- src/settings/settings.hpp lists them
    number       bigint CHECK (number >= 0),         -- a count, days, millionths of a US dollar, or 1 for yes
    words        text,                               -- of a setting that is a text
    set_at       bigint NOT NULL,
    set_by       text   NOT NULL,                    -- actor, as in the audit log
    set_by_login text   NOT NULL,                    -- '' where it is not known
    CHECK (number IS NULL OR words IS NULL)
);
ALTER TABLE llmapikey.settings ENABLE ROW LEVEL SECURITY;
-- Counts the changes of settings. Whoever stores a change locks this row; whoever takes a turn or
-- begins a replacement shares it, so that neither is made by terms that are of yesterday
-- (src/keys/statements/mint_queue.sql).
CREATE TABLE llmapikey.settings_version (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    version  bigint NOT NULL
);
INSERT INTO llmapikey.settings_version (only_row, version) VALUES (1, 0);
ALTER TABLE llmapikey.settings_version ENABLE ROW LEVEL SECURITY;
-- The same count in the row that every reservation locks anyway: one that waits for the row while
-- settings change finds another count and takes no place (src/keys/statements/postgres_keys.sql).
ALTER TABLE llmapikey.totals ADD COLUMN settings_version bigint NOT NULL DEFAULT 0;
