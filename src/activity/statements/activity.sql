-- The statements of ActivityStore (activity/activity_store.hpp), for both databases.

-- name: acts
-- $1: below this sequence; $2: actions, with commas between; $3, $4: from and before, in seconds;
-- $5: at most. A condition on `entry` follows. Two entries of the same actor, action and subject
-- are one act if the first is a begin and the other follows it. A begin is listed only where no
-- end follows it.
SELECT entry.sequence, {epoch:entry.at}, entry.actor, entry.action, entry.subject, entry.origin, entry.outcome,
    entry.detail, coalesce(begun.detail, '')
FROM llmapikey.audit_log AS entry
LEFT JOIN llmapikey.audit_log AS begun ON entry.outcome <> 'begun' AND begun.outcome = 'begun' AND begun.sequence = (
    SELECT max(earlier.sequence) FROM llmapikey.audit_log AS earlier
    WHERE earlier.subject = {by_subject:entry.subject} AND earlier.sequence < entry.sequence
        AND earlier.action = entry.action AND earlier.actor = entry.actor
)
WHERE entry.sequence < $1::bigint AND ($2 = '' OR entry.action {in_texts:$2})
    AND entry.at >= {time:$3} AND entry.at < {time:$4}
    AND (entry.outcome <> 'begun' OR coalesce((
        SELECT later.outcome FROM llmapikey.audit_log AS later
        WHERE later.subject = {by_subject:entry.subject} AND later.sequence > entry.sequence
            AND later.action = entry.action AND later.actor = entry.actor
        ORDER BY later.sequence LIMIT 1
    ), 'begun') = 'begun')

-- name: latest_first
ORDER BY entry.sequence DESC LIMIT $5::bigint

-- name: logins
-- $1: accounts, with commas between. The latest login comes last.
SELECT github_user_id, github_username FROM (
    SELECT github_user_id, github_username, created_at FROM llmapikey.ledger WHERE github_user_id {in_texts:$1}
    UNION ALL
    SELECT github_user_id, github_username, created_at FROM llmapikey.api_keys WHERE github_user_id {in_texts:$1}
    UNION ALL
    SELECT github_user_id, login, {time:added_at} FROM llmapikey.expected_people WHERE github_user_id {in_texts:$1}
) AS names
ORDER BY created_at

-- name: listed
-- A condition on `expected` and a limit follow.
SELECT expected.github_user_id FROM llmapikey.expected_people AS expected
WHERE expected.github_user_id IS NOT NULL AND

-- name: hints
-- $1: ids of grants, with commas between.
SELECT id, key_hint FROM llmapikey.api_keys WHERE id {in:$1}
UNION ALL
SELECT grant_id, key_hint FROM llmapikey.ledger WHERE grant_id {in:$1}
