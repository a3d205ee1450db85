-- The statements of RosterStore (roster/roster.hpp), for both databases.

-- name: columns
expected.id, expected.github_user_id, expected.login, expected.name, expected.added_at, expected.added_by,
expected.problem

-- name: add
-- $1: id; $2: account, or NULL; $3: login; $4: the same in lower case; $5: name; $6: now; $7: who
-- adds it; $8: when GitHub is asked for the account, or NULL.
INSERT INTO llmapikey.expected_people
    (id, github_user_id, login, login_key, name, added_at, added_by, next_lookup_at)
VALUES ($1, $2, $3, $4, $5, $6::bigint, $7, $8::bigint) ON CONFLICT DO NOTHING

-- name: set_name
UPDATE llmapikey.expected_people SET name = $2 WHERE id = $1

-- name: remove
DELETE FROM llmapikey.expected_people WHERE id = $1

-- name: find
SELECT {part:columns} FROM llmapikey.expected_people AS expected WHERE expected.github_user_id = $1

-- name: find_by_id
SELECT {part:columns} FROM llmapikey.expected_people AS expected WHERE expected.id = $1

-- name: find_by_logins
-- $1: logins in lower case.
SELECT {part:columns} FROM llmapikey.expected_people AS expected WHERE expected.login_key {in_texts:$1}
ORDER BY expected.github_user_id IS NULL, expected.added_at

-- name: list_unresolved
SELECT {part:columns} FROM llmapikey.expected_people AS expected
WHERE expected.next_lookup_at <= $1::bigint ORDER BY expected.next_lookup_at LIMIT $2::bigint

-- name: resolve
-- $1: id; $2: account; $3: its login; $4: the same in lower case.
UPDATE llmapikey.expected_people SET
    github_user_id = $2, login = $3, login_key = $4, problem = '', next_lookup_at = NULL
WHERE id = $1 AND github_user_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM llmapikey.expected_people AS other WHERE other.github_user_id = $2)

-- name: remove_unresolved
DELETE FROM llmapikey.expected_people WHERE id = $1 AND github_user_id IS NULL

-- name: note_problem
UPDATE llmapikey.expected_people SET problem = $2, next_lookup_at = $3::bigint
WHERE id = $1 AND github_user_id IS NULL

-- name: unclaimed
-- Whether an expected person neither holds a key nor waits for one, and never had one. As long as
-- it is not known whose login it is, the login must do. `|| ''` lets SQLite use its index of
-- logins.
NOT EXISTS (SELECT 1 FROM llmapikey.api_keys AS claim WHERE claim.github_user_id = expected.github_user_id)
AND NOT EXISTS (SELECT 1 FROM llmapikey.ledger AS former WHERE former.github_user_id = expected.github_user_id)
AND NOT EXISTS (SELECT 1 FROM llmapikey.api_keys AS claim
                WHERE expected.github_user_id IS NULL
                    AND {folded:claim.github_username} = expected.login_key || '')

-- name: counts
SELECT (SELECT count(*) FROM llmapikey.expected_people),
    (SELECT count(*) FROM llmapikey.expected_people AS expected WHERE {part:unclaimed})
