-- SQLite's statements of KeyStore (keys/key_store.hpp). Triggers keep the totals and remember
-- attempts that are given up. Webhook events: event_statement() in keys/store_statements.hpp.

-- name: find
SELECT {grant_columns} FROM llmapikey.api_keys WHERE github_user_id = $1

-- name: find_hold
SELECT until, reason, actor FROM llmapikey.holds WHERE github_user_id = $1

-- name: list_unsettled
-- $1: after this id; $2: attempted by; $3: at most.
SELECT {grant_columns} FROM llmapikey.api_keys WHERE {unsettled} AND id > $1 AND attempted_at <= $2
UNION ALL
SELECT {grant_columns} FROM llmapikey.api_keys WHERE {ending_attempt} AND id > $1 AND attempted_at <= $2
ORDER BY id LIMIT $3

-- name: reserve
-- Inserts nothing if the account has a row or is on hold, if minting is paused, or if all places
-- are taken. $1: id; $2, $3: account, login; $4: nonce; $5: cap; $6: now; $7: expiry; $8: quota, or
-- 0; $9: 'queued', to wait for its turn; $10: today; $11: when the caps are reset. What organizers
-- have set wins over $5, $7 and $8.
INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, status, nonce, daily_limit_micro_usd, created_at,
    attempted_at, expires_at, carried_micro_usd, carried_until, queued_at, next_attempt_at)
SELECT $1, $2, $3, iif($9 = 'queued', {to:queue}, {to:reserve}), $4, coalesce({set:daily_limit_usd}, $5), $6, $6,
    coalesce($6 + 86400 * {set:key_lifetime_days}, $7), spent.today,
    iif(spent.today > 0, $11, NULL), iif($9 = 'queued', {queue_time}, NULL), iif($9 = 'queued', $6, NULL)
FROM (
    SELECT coalesce(sum(spent_micro_usd), 0) AS today
    FROM llmapikey.spending_days WHERE github_user_id = $2 AND day = $10
) AS spent
WHERE NOT {paused}
    AND (coalesce({set:seats}, $8) = 0 OR (SELECT live FROM llmapikey.totals) < coalesce({set:seats}, $8))
    AND NOT EXISTS (SELECT 1 FROM llmapikey.holds WHERE github_user_id = $2 AND {in_force:$6})
ON CONFLICT (github_user_id) DO NOTHING

-- name: activate
-- $1: handle; $2: sealed key; $3: hint; $4, $5: id and nonce of the attempt; $6: account; $7: now.
UPDATE llmapikey.api_keys SET status = {to:activate}, openrouter_delete_hash = $1, openrouter_key = $2, key_hint = $3,
    queued_at = NULL, next_attempt_at = NULL, attempts = 0, problem = ''
WHERE id = $4 AND nonce = $5 AND {from:activate}
    AND NOT EXISTS (SELECT 1 FROM llmapikey.api_keys WHERE openrouter_delete_hash = $1)
    AND NOT EXISTS (SELECT 1 FROM llmapikey.holds WHERE github_user_id = $6 AND {in_force:$7})

-- name: mark_ambiguous
-- $1: handle, or ''; $2, $3: id and nonce of the attempt. One whose end is decided learns the
-- handle, and stays as it is.
UPDATE llmapikey.api_keys SET status = iif(status = 'revoking', status, {to:mark_ambiguous}),
    openrouter_delete_hash = coalesce(openrouter_delete_hash, nullif($1, ''))
WHERE id = $2 AND nonce = $3 AND ({from:mark_ambiguous} OR {ending_attempt})

-- name: release
DELETE FROM llmapikey.api_keys WHERE id = $1 AND nonce = $2 AND {from:release}

-- name: settle_before_its_end
UPDATE llmapikey.api_keys SET nonce = '' WHERE id = $1 AND nonce = $2 AND {ending_attempt}

-- name: abandon
DELETE FROM llmapikey.api_keys WHERE id = $1 AND nonce = $2 AND {from:abandon}

-- name: abandon_if_paused
DELETE FROM llmapikey.api_keys WHERE id = $1 AND nonce = $2 AND {from:abandon} AND {paused}

-- name: note
INSERT INTO llmapikey.mint_notes (github_user_id, problem, noted_at) VALUES ($1, $2, $3)
ON CONFLICT (github_user_id) DO UPDATE SET problem = excluded.problem, noted_at = excluded.noted_at

-- name: update_login
UPDATE llmapikey.api_keys SET github_username = $1 WHERE github_user_id = $2 AND github_username <> $1

-- name: find_login
SELECT github_username FROM llmapikey.api_keys WHERE github_user_id = $1

-- name: knows
SELECT EXISTS (SELECT 1 FROM llmapikey.api_keys WHERE openrouter_delete_hash = $1)
    OR ($2 <> '' AND EXISTS (SELECT 1 FROM llmapikey.api_keys WHERE nonce = $2))

-- name: totals
SELECT live, {paused} FROM llmapikey.totals
