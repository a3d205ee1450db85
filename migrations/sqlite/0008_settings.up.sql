-- What organizers have set while the service runs: each row wins over the environment's variable.
-- Both values NULL: the variable counts again. Times are Unix seconds. One writer at a time: a
-- reservation sees every change that was made before it, and PostgreSQL's count of changes is not
-- needed.
CREATE TABLE settings (
    name         TEXT PRIMARY KEY NOT NULL,          -- src/settings/settings.hpp lists them
    number       INTEGER CHECK (number >= 0),        -- a count, days, millionths of a US dollar, or 1 for yes
    words        TEXT,                               -- of a setting that is a text
    set_at       INTEGER NOT NULL,
    set_by       TEXT NOT NULL,                      -- actor, as in the audit log
    set_by_login TEXT NOT NULL,                      -- '' where it is not known
    CHECK (number IS NULL OR words IS NULL)
) STRICT, WITHOUT ROWID;
