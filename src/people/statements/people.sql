-- Parts of the statements of PeopleStore (people/people_store.hpp), for both databases. The columns
-- of the four kinds of people are the same, so that they can be put together.

-- name: keys
'key' AS kind, github_user_id AS account, github_username AS shown_login, '' AS list_id, '' AS list_name,
'' AS list_problem, id::text AS grant_id, status AS grant_status, coalesce(key_hint, '') AS hint,
daily_limit_micro_usd AS cap, {epoch:created_at} AS created, {epoch:expires_at} AS expires, is_disabled AS disabled,
(CASE WHEN missing_since IS NULL THEN 0 ELSE 1 END) AS missing, last_used_at AS used, NULL::bigint AS ended,
'' AS ended_by, '' AS ended_why

-- name: former
'former' AS kind, github_user_id AS account, github_username AS shown_login, '' AS list_id, '' AS list_name,
'' AS list_problem, grant_id::text AS grant_id, '' AS grant_status, coalesce(key_hint, '') AS hint,
daily_limit_micro_usd AS cap, {epoch:created_at} AS created, {epoch:expires_at} AS expires, 0 AS disabled,
0 AS missing, 0 AS used, {epoch:ended_at} AS ended, actor AS ended_by, reason AS ended_why

-- name: held
'held' AS kind, github_user_id AS account, '' AS shown_login, '' AS list_id, '' AS list_name, '' AS list_problem,
'' AS grant_id, '' AS grant_status, '' AS hint, 0 AS cap, 0 AS created, 0 AS expires, 0 AS disabled, 0 AS missing,
0 AS used, NULL::bigint AS ended, '' AS ended_by, '' AS ended_why

-- name: expected
'expected' AS kind, coalesce(expected.github_user_id, '') AS account, expected.login AS shown_login,
expected.id AS list_id, expected.name AS list_name, expected.problem AS list_problem, '' AS grant_id,
'' AS grant_status, '' AS hint, 0 AS cap, 0 AS created, 0 AS expires, 0 AS disabled, 0 AS missing, 0 AS used,
NULL::bigint AS ended, '' AS ended_by, '' AS ended_why

-- name: is_former
-- The latest entry of somebody who has no row of api_keys now.
NOT EXISTS (SELECT 1 FROM llmapikey.api_keys AS present WHERE present.github_user_id = ledger.github_user_id)
AND NOT EXISTS (SELECT 1 FROM llmapikey.ledger AS later
                WHERE later.github_user_id = ledger.github_user_id
                    AND (later.begun_at, later.grant_id) > (ledger.begun_at, ledger.grant_id))

-- name: is_held_only
-- $now: see store_people_statement.cpp.
(holds.until IS NULL OR holds.until > {time:$now})
AND NOT EXISTS (SELECT 1 FROM llmapikey.api_keys AS present WHERE present.github_user_id = holds.github_user_id)
AND NOT EXISTS (SELECT 1 FROM llmapikey.ledger AS former WHERE former.github_user_id = holds.github_user_id)
AND NOT EXISTS (SELECT 1 FROM llmapikey.expected_people AS listed WHERE listed.github_user_id = holds.github_user_id)

-- name: spent_on_day
(SELECT github_user_id AS spender, sum(spent_micro_usd)::bigint AS amount FROM llmapikey.spending_days
 WHERE day = $day AND spent_micro_usd > 0 GROUP BY github_user_id) AS spent

-- name: spent_in_all
(SELECT github_user_id AS spender, spent_micro_usd AS amount FROM llmapikey.spending_totals
 WHERE spent_micro_usd > 0) AS spent

-- name: spent_nothing_on_day
-- $account: the column of the account.
NOT EXISTS (SELECT 1 FROM llmapikey.spending_days AS booked
            WHERE booked.github_user_id = $account AND booked.day = $day AND booked.spent_micro_usd > 0)

-- name: spent_nothing_in_all
NOT EXISTS (SELECT 1 FROM llmapikey.spending_totals AS booked
            WHERE booked.github_user_id = $account AND booked.spent_micro_usd > 0)

-- name: complete
-- What is shown beside a person, for one page of them.
SELECT picked.*, listed.id AS listed_id, listed.name AS listed_name, hold.actor AS held_by,
    {epoch:hold.until} AS held_until, hold.reason AS held_why,
    (SELECT coalesce(sum(booked.spent_micro_usd), 0)::bigint FROM llmapikey.spending_days AS booked
     WHERE booked.github_user_id = picked.account AND booked.day = $day AND booked.spent_micro_usd > 0) AS today,
    coalesce(total.spent_micro_usd, 0) AS total
FROM picked
LEFT JOIN llmapikey.expected_people AS listed ON listed.github_user_id = picked.account
LEFT JOIN llmapikey.holds AS hold
    ON hold.github_user_id = picked.account AND (hold.until IS NULL OR hold.until > {time:$now})
LEFT JOIN llmapikey.spending_totals AS total ON total.github_user_id = picked.account
