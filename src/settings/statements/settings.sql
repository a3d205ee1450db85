-- The statements of SettingsStore (settings/settings.hpp).

-- name: list
-- One row at least, for the version.
SELECT version, name, number, words, set_at, set_by, set_by_login
FROM llmapikey.settings_version LEFT JOIN llmapikey.settings ON true ORDER BY name

-- name: put_sqlite
-- Several settings in one statement: all of them, or none, if they are not of version $5 any more;
-- triggers count the changes. $1: a JSON list of objects with the first three columns; $2: now; $3:
-- actor; $4: the actor's login.
INSERT INTO llmapikey.settings (name, number, words, set_at, set_by, set_by_login)
SELECT value ->> 'name', value ->> 'number', value ->> 'words', $2, $3, $4 FROM json_each($1)
WHERE (SELECT version FROM llmapikey.settings_version) = $5
ON CONFLICT (name) DO UPDATE SET number = excluded.number, words = excluded.words, set_at = excluded.set_at,
    set_by = excluded.set_by, set_by_login = excluded.set_by_login

-- name: put_postgres
-- The same. Whoever takes a turn or begins a replacement shares the lock on the version: this
-- statement waits for those who have begun, and those who wait for it find another version. A
-- reservation finds the version in the totals instead, which it locks anyway.
-- Order of locks: this statement takes the version, the totals, the settings; reserve the totals,
-- then its new row; claim and begin_replacement the version (shared), then the row; release,
-- abandon and finish_ending the row, then the totals. So whoever has the totals or a row never
-- waits for the version, and this statement closes no circle.
WITH latest AS (
    UPDATE llmapikey.settings_version SET version = version + 1 WHERE only_row = 1 AND version = $5::bigint
    RETURNING version
),
counted AS (
    UPDATE llmapikey.totals SET settings_version = latest.version FROM latest WHERE only_row = 1 RETURNING live
)
INSERT INTO llmapikey.settings (name, number, words, set_at, set_by, set_by_login)
SELECT name, number, words, $2::bigint, $3, $4
FROM counted, jsonb_to_recordset($1::jsonb) AS change (name text, number bigint, words text)
ON CONFLICT (name) DO UPDATE SET number = excluded.number, words = excluded.words, set_at = excluded.set_at,
    set_by = excluded.set_by, set_by_login = excluded.set_by_login

-- name: claim_first_admin
-- $1: first_admin_name; $2: the account. Nothing changes if somebody is the first admin already: of
-- two statements at once, the second waits for the row or finds it.
INSERT INTO llmapikey.settings (name, number, words, set_at, set_by, set_by_login)
VALUES ($1, $2, NULL, $3, $4, $5)
ON CONFLICT (name) DO UPDATE SET number = excluded.number, set_at = excluded.set_at, set_by = excluded.set_by,
    set_by_login = excluded.set_by_login
WHERE settings.number IS NULL

-- name: remove_first_admin
UPDATE llmapikey.settings SET number = NULL, set_at = $2, set_by = $3, set_by_login = $4
WHERE name = $1 AND number IS NOT NULL
