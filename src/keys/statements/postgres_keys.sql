-- PostgreSQL's statements of KeyStore (keys/key_store.hpp).

-- name: find
SELECT {grant_columns} FROM llmapikey.api_keys WHERE github_user_id = $1

-- name: find_account
SELECT grant_of.*, hold_of.*
FROM (SELECT 1) AS one
LEFT JOIN (SELECT {grant_columns} FROM llmapikey.api_keys WHERE github_user_id = $1) AS grant_of ON true
LEFT JOIN (
    SELECT true AS is_held, {epoch:until} AS until, reason, actor
    FROM llmapikey.holds WHERE github_user_id = $1
) AS hold_of ON true

-- name: list_unsettled
-- Each part from the index that holds nothing else. $1: after this id; $2: attempted by; $3: at
-- most.
SELECT * FROM (
    (SELECT {grant_columns} FROM llmapikey.api_keys
     WHERE {unsettled} AND id > $1::uuid AND attempted_at <= {time:$2} ORDER BY id LIMIT $3::bigint)
    UNION ALL
    (SELECT {grant_columns} FROM llmapikey.api_keys
     WHERE {ending_attempt} AND id > $1::uuid AND attempted_at <= {time:$2} ORDER BY id LIMIT $3::bigint)
) AS unsettled ORDER BY id LIMIT $3::bigint

-- name: reserve
-- The row of the totals is locked before the reservation is inserted: that makes the quota exact,
-- whichever replica asks. What organizers have set wins over $5, $7 and $8, and every change of it
-- counts settings_version up: if one is committed while this statement waits for the lock, the
-- terms that it has read are of yesterday, and it takes no place. Locks: the totals alone, and then
-- its new row. Gives no row then, and if minting is paused, all places are taken or the account is
-- on hold. $1: id; $2, $3: account, login; $4: nonce; $5: cap; $6: now; $7: expiry; $8: quota, or
-- 0; $9: 'queued', to wait for its turn; $10: today; $11: when the caps are reset.
WITH held AS (SELECT {grant_columns} FROM llmapikey.api_keys WHERE github_user_id = $2),
spent AS (
    SELECT coalesce(sum(spent_micro_usd), 0)::bigint AS today
    FROM llmapikey.spending_days WHERE github_user_id = $2 AND day = $10
),
terms AS (
    SELECT {paused} AS is_paused, coalesce({set:seats}, $8::bigint) AS seats,
        coalesce({set:daily_limit_usd}, $5::bigint) AS cap,
        coalesce($6::bigint + 86400 * {set:key_lifetime_days}, $7::bigint) AS expires_at,
        (SELECT settings_version FROM llmapikey.totals WHERE only_row = 1) AS version
),
place AS (
    UPDATE llmapikey.totals SET live = live + 1 FROM terms
    WHERE only_row = 1 AND settings_version = version AND NOT is_paused AND (seats = 0 OR live < seats)
        AND NOT EXISTS (SELECT 1 FROM held)
        AND NOT EXISTS (SELECT 1 FROM llmapikey.holds WHERE github_user_id = $2 AND {in_force:$6})
    RETURNING live
),
reserved AS (
    INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, status, nonce, daily_limit_micro_usd,
        created_at, attempted_at, expires_at, carried_micro_usd, carried_until, queued_at, next_attempt_at)
    SELECT $1::uuid, $2, $3, CASE WHEN $9 = 'queued' THEN {to:queue} ELSE {to:reserve} END, $4, terms.cap,
        {time:$6}, {time:$6}, {time:terms.expires_at}, spent.today, CASE WHEN spent.today > 0 THEN $11::bigint END,
        CASE WHEN $9 = 'queued' THEN {queue_time} END, CASE WHEN $9 = 'queued' THEN $6::bigint END
    FROM place, spent, terms
    RETURNING {grant_columns}
)
SELECT held.*, is_paused FROM held, terms UNION ALL SELECT reserved.*, false FROM reserved

-- name: explain
-- Why nothing was reserved: find_account's columns, and then whether minting is paused, and whether
-- all places are taken. $1: account; $2: quota, or 0.
SELECT grant_of.*, hold_of.*, is_paused, seats > 0 AND live >= seats
FROM (
    SELECT {paused} AS is_paused, coalesce({set:seats}, $2::bigint) AS seats, live
    FROM llmapikey.totals WHERE only_row = 1
) AS room
LEFT JOIN (SELECT {grant_columns} FROM llmapikey.api_keys WHERE github_user_id = $1) AS grant_of ON true
LEFT JOIN (
    SELECT true AS is_held, {epoch:until} AS until, reason, actor
    FROM llmapikey.holds WHERE github_user_id = $1
) AS hold_of ON true

-- name: activate
-- $1, $2, $3: account, id and nonce of the attempt, here and below; $4: handle; $5: sealed key; $6:
-- hint; $7: now.
WITH changed AS (
    UPDATE llmapikey.api_keys SET status = {to:activate}, openrouter_delete_hash = $4, openrouter_key = $5,
        key_hint = $6, queued_at = NULL, next_attempt_at = NULL, attempts = 0, problem = ''
    WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND {from:activate}
        AND NOT EXISTS (SELECT 1 FROM llmapikey.api_keys WHERE openrouter_delete_hash = $4)
        AND NOT EXISTS (SELECT 1 FROM llmapikey.holds WHERE github_user_id = $1 AND {in_force:$7})
    RETURNING id
),
{noticed:activate changed}
SELECT id FROM changed

-- name: mark_ambiguous
-- $4: handle, or ''. An attempt whose end is decided learns the handle, and stays as it is.
WITH changed AS (
    UPDATE llmapikey.api_keys SET
        status = CASE WHEN status = 'revoking' THEN status ELSE {to:mark_ambiguous} END,
        openrouter_delete_hash = coalesce(openrouter_delete_hash, nullif($4, ''))
    WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND ({from:mark_ambiguous} OR {ending_attempt})
    RETURNING id, status
),
doubtful AS (SELECT id FROM changed WHERE status = {to:mark_ambiguous}),
{noticed:mark_ambiguous doubtful}
SELECT id FROM changed

-- name: release
-- $4: what the recipient is told, or ''; $5: now. Gives how many attempts are over: one or none.
WITH gone AS (
    DELETE FROM llmapikey.api_keys WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND {from:release}
    RETURNING github_user_id
),
known AS (
    UPDATE llmapikey.api_keys SET nonce = ''
    WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND {ending_attempt}
    RETURNING github_user_id
),
over AS (SELECT $3 AS nonce FROM gone UNION ALL SELECT $3 FROM known),
{remember:over},
{note:gone},
freed AS (UPDATE llmapikey.totals SET live = live - 1 WHERE only_row = 1 AND EXISTS (SELECT 1 FROM gone))
SELECT count(*) FROM over

-- name: abandon
-- $4: what the recipient is told, or ''; $5: now; $6: 'paused', if only while minting is.
WITH gone AS (
    DELETE FROM llmapikey.api_keys
    WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND {from:abandon} AND ($6 <> 'paused' OR {paused})
    RETURNING github_user_id
),
{note:gone}
UPDATE llmapikey.totals SET live = live - 1 WHERE only_row = 1 AND EXISTS (SELECT 1 FROM gone)

-- name: update_login
UPDATE llmapikey.api_keys SET github_username = $2 WHERE github_user_id = $1 AND github_username <> $2

-- name: knows
SELECT EXISTS (SELECT 1 FROM llmapikey.api_keys WHERE openrouter_delete_hash = $1)
    OR ($2 <> '' AND EXISTS (SELECT 1 FROM llmapikey.api_keys WHERE nonce = $2))

-- name: totals
SELECT live, {paused} FROM llmapikey.totals WHERE only_row = 1

-- name: check
SELECT coalesce(max(version), 0), current_setting('transaction_read_only') FROM llmapikey.applied_migrations
