-- What organizers have set while the service runs: each row wins over the environment's variable.
-- Both values NULL: the variable counts again. Times are Unix seconds.
CREATE TABLE settings (
    name         TEXT PRIMARY KEY NOT NULL,          -- src/settings/settings.hpp lists them
    number       INTEGER CHECK (number >= 0),        -- a count, days, millionths of a US dollar, or 1 for yes
    words        TEXT,                               -- of a setting that is a text
    set_at       INTEGER NOT NULL,
    set_by       TEXT NOT NULL,                      -- actor, as in the audit log
    set_by_login TEXT NOT NULL,                      -- '' where it is not known
    CHECK (number IS NULL OR words IS NULL)
) STRICT, WITHOUT ROWID;
-- Counts the changes of settings, so that nobody overwrites what another has changed meanwhile.
CREATE TABLE settings_version (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    version  INTEGER NOT NULL
) STRICT;
INSERT INTO settings_version (only_row, version) VALUES (1, 0);
CREATE TRIGGER settings_added AFTER INSERT ON settings BEGIN
    UPDATE settings_version SET version = version + 1;
END;
CREATE TRIGGER settings_changed AFTER UPDATE ON settings BEGIN
    UPDATE settings_version SET version = version + 1;
END;
