-- The statements of MintQueue (keys/mint_queue.hpp), for both databases.

-- name: claim
-- What the account's earlier keys have spent today is looked up anew: the day may be another one
-- than when it was queued. A hold that came while it waited is looked at here: nobody may mint for
-- an account on hold, or while minting is paused. $1, $2, $3: account, id and nonce of the row; $4:
-- the new nonce; $5: now; $6: expiry; $7: cap, or NULL for the row's own; $8: today; $9: when the
-- caps are reset. What organizers have set wins over $6 and $7; changed it meanwhile, nothing is
-- claimed. Locks: the version of the settings (shared), then the row.
WITH terms AS (
    SELECT coalesce($5::bigint + 86400 * {set:key_lifetime_days}, $6::bigint) AS expires_at,
        coalesce({set:daily_limit_usd}, $7::bigint) AS cap,
        (SELECT version FROM llmapikey.settings_version) AS version
),
{latest_version}
UPDATE llmapikey.api_keys SET status = {to:claim}, nonce = $4, attempted_at = {time:$5},
    expires_at = {time:(SELECT expires_at FROM terms)},
    daily_limit_micro_usd = CASE WHEN $7::bigint IS NULL THEN daily_limit_micro_usd ELSE (SELECT cap FROM terms) END,
    openrouter_delete_hash = NULL,
    carried_micro_usd = (SELECT coalesce(sum(spent_micro_usd), 0)::bigint FROM llmapikey.spending_days
                         WHERE github_user_id = $1 AND day = $8),
    carried_until = CASE WHEN (SELECT coalesce(sum(spent_micro_usd), 0)::bigint FROM llmapikey.spending_days
                               WHERE github_user_id = $1 AND day = $8) > 0 THEN $9::bigint END
WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND {from:claim}
    AND NOT EXISTS (SELECT 1 FROM llmapikey.holds WHERE holds.github_user_id = $1 AND {in_force:$5})
    AND NOT {paused} AND {terms_hold}
RETURNING {grant_columns}

-- name: requeue_sqlite
-- Of an attempt whose end is decided the nonce goes: nothing is left to look for. Triggers remember
-- what is given up. $4: not before; $5: 1, if the failure counts; $6: the problem.
UPDATE llmapikey.api_keys SET {requeued:$4 $5 $6}
WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND ({from:requeue} OR {ending_attempt})

-- name: requeue_postgres
WITH given_up AS (
    UPDATE llmapikey.api_keys SET {requeued:$4 $5 $6}
    WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND ({from:requeue} OR {ending_attempt})
    RETURNING github_user_id
)
INSERT INTO llmapikey.given_up_attempts (nonce, given_up_at) SELECT $3, {now} FROM given_up
ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at

-- name: list_due
SELECT {grant_columns} FROM llmapikey.api_keys WHERE {from:claim} AND next_attempt_at <= $1::bigint
ORDER BY queued_at, id LIMIT $2::bigint

-- name: place
SELECT count(*) FROM (
    SELECT 1 FROM llmapikey.api_keys AS other,
        (SELECT queued_at, id FROM llmapikey.api_keys WHERE id = $1::uuid AND status = 'waiting') AS own
    WHERE other.status = 'waiting' AND (other.queued_at, other.id) <= (own.queued_at, own.id) LIMIT $2::bigint
) AS before_it

-- name: latest_ended
SELECT key_hint, actor, reason, {epoch:begun_at} FROM llmapikey.ledger WHERE github_user_id = $1
ORDER BY begun_at DESC, grant_id LIMIT 1

-- name: note
SELECT problem, noted_at FROM llmapikey.mint_notes WHERE github_user_id = $1
