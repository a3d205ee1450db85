-- The statements of SettingsStore (settings/settings.hpp).

-- name: list
SELECT name, number, words, set_at, set_by, set_by_login FROM llmapikey.settings ORDER BY name

-- name: put_sqlite
-- Several settings in one statement: all of them, or none. $1: a JSON list of objects with the
-- first three columns; $2: now; $3: actor; $4: the actor's login.
INSERT INTO llmapikey.settings (name, number, words, set_at, set_by, set_by_login)
SELECT value ->> 'name', value ->> 'number', value ->> 'words', $2, $3, $4 FROM json_each($1) WHERE true
ON CONFLICT (name) DO UPDATE SET number = excluded.number, words = excluded.words, set_at = excluded.set_at,
    set_by = excluded.set_by, set_by_login = excluded.set_by_login

-- name: put_postgres
-- The same. The change is counted in the row that every reservation locks
-- (src/keys/statements/postgres_keys.sql): this statement waits for those that have begun, and
-- those that wait for it find another count.
WITH counted AS (
    UPDATE llmapikey.totals SET settings_version = settings_version + 1 WHERE only_row = 1
)
INSERT INTO llmapikey.settings (name, number, words, set_at, set_by, set_by_login)
SELECT name, number, words, $2::bigint, $3, $4
FROM jsonb_to_recordset($1::jsonb) AS change (name text, number bigint, words text)
ON CONFLICT (name) DO UPDATE SET number = excluded.number, words = excluded.words, set_at = excluded.set_at,
    set_by = excluded.set_by, set_by_login = excluded.set_by_login
