-- The statements of AdminStore and ReplacementStore (keys/admin_store.hpp, keys/replacement.hpp),
-- for both databases.

-- name: find_grant
SELECT {grant_columns} FROM llmapikey.api_keys WHERE id = $1::uuid

-- name: list_replacing
SELECT {grant_columns} FROM llmapikey.api_keys WHERE {from:finish_replacement} AND id > $1::uuid
ORDER BY id LIMIT $2::bigint

-- name: ledger_of
SELECT {ledger_columns} FROM llmapikey.ledger WHERE github_user_id = $1 ORDER BY begun_at DESC, grant_id LIMIT 100

-- name: list_revoking
-- With the entry that its beginning has left in the ledger. $1: after this id; $2: at most.
SELECT {revoking_columns} FROM (
    SELECT {grant_columns} FROM llmapikey.api_keys
    WHERE {from:finish_ending} AND NOT {ending_attempt} AND id > $1::uuid
) AS grant_of
LEFT JOIN llmapikey.ledger ON grant_id = grant_of.id
ORDER BY grant_of.id LIMIT $2::bigint

-- name: list_revoking_singly
SELECT {revoking_columns} FROM (
    SELECT {grant_columns} FROM llmapikey.api_keys
    WHERE {from:finish_ending} AND NOT {ending_attempt} AND id > $1::uuid
) AS grant_of
LEFT JOIN llmapikey.ledger ON grant_id = grant_of.id
WHERE bulk_id IS NULL
ORDER BY grant_of.id LIMIT $2::bigint

-- name: list_revoking_of_bulk
-- $3: the bulk revocation.
SELECT {revoking_columns} FROM llmapikey.ledger
JOIN (
    SELECT {grant_columns} FROM llmapikey.api_keys WHERE {from:finish_ending} AND NOT {ending_attempt}
) AS grant_of ON grant_of.id = grant_id
WHERE bulk_id = $3 AND ended_at IS NULL AND grant_id > $1::uuid
ORDER BY grant_id LIMIT $2::bigint

-- name: list_due_singly
-- Those that have failed come last, so that they hold up nobody. $1: now; $2: at most.
SELECT {revoking_columns}, {attempt_columns} FROM (
    SELECT {grant_columns} FROM llmapikey.api_keys WHERE {from:finish_ending} AND NOT {ending_attempt}
) AS grant_of
LEFT JOIN llmapikey.ledger ON grant_id = grant_of.id
WHERE coalesce(next_revoke_at, 0) <= $1::bigint
    AND (bulk_id IS NULL
         OR EXISTS (SELECT 1 FROM llmapikey.bulk_revocations AS bulk WHERE bulk.id = bulk_id AND state = 'done'))
ORDER BY coalesce(next_revoke_at, 0), grant_of.id LIMIT $2::bigint

-- name: list_due_of_bulk
SELECT {revoking_columns}, {attempt_columns} FROM (
    SELECT {grant_columns} FROM llmapikey.api_keys WHERE {from:finish_ending} AND NOT {ending_attempt}
) AS grant_of
LEFT JOIN llmapikey.ledger ON grant_id = grant_of.id
WHERE coalesce(next_revoke_at, 0) <= $1::bigint AND bulk_id = $3
ORDER BY coalesce(next_revoke_at, 0), grant_of.id LIMIT $2::bigint

-- name: note_failure
-- $1: id; $2: the problem; $3: not before; $4: 1, if the failure counts.
UPDATE llmapikey.ledger SET
    revoke_attempts = revoke_attempts + $4::bigint, revoke_problem = $2, next_revoke_at = $3::bigint
WHERE grant_id = $1::uuid AND ended_at IS NULL

-- name: list_stuck
SELECT {ledger_columns} FROM llmapikey.ledger WHERE {stuck} ORDER BY begun_at, grant_id LIMIT $1::bigint

-- name: list_stuck_of_bulk
SELECT {ledger_columns} FROM llmapikey.ledger WHERE {stuck} AND bulk_id = $2
ORDER BY begun_at, grant_id LIMIT $1::bigint

-- name: count_stuck
SELECT count(*) FROM llmapikey.ledger WHERE {stuck}

-- name: begin_change
-- $1: id; $2: is_disabled, or NULL; $3: cap, or NULL; $4: names the change.
UPDATE llmapikey.api_keys SET is_disabled = coalesce($2, is_disabled),
    daily_limit_micro_usd = coalesce($3, daily_limit_micro_usd), unsynced = $4
WHERE id = $1::uuid AND status = 'active' RETURNING {grant_columns}

-- name: finish_change
UPDATE llmapikey.api_keys SET unsynced = NULL WHERE id = $1::uuid AND unsynced = $2

-- name: list_unsynced
SELECT {grant_columns} FROM llmapikey.api_keys WHERE unsynced IS NOT NULL AND id > $1::uuid
ORDER BY id LIMIT $2::bigint

-- name: begin_raises
-- The caps of those whose day is over. $1: now; $2: at most.
UPDATE llmapikey.api_keys SET carried_micro_usd = 0, carried_until = NULL, unsynced = {new_id}
WHERE id IN (SELECT id FROM llmapikey.api_keys WHERE carried_until <= $1::bigint AND status = 'active'
             ORDER BY carried_until LIMIT $2::bigint)

-- name: set_missing
UPDATE llmapikey.api_keys SET missing_since = $2::bigint WHERE id {in:$1} AND status = 'active'

-- name: set_expiry
UPDATE llmapikey.api_keys SET expires_at = {time:$2} WHERE id = $1::uuid

-- name: find_known
-- $1: handles; $2: nonces.
SELECT {grant_columns} FROM llmapikey.api_keys WHERE openrouter_delete_hash {in_texts:$1}
UNION ALL
SELECT {grant_columns} FROM llmapikey.api_keys
WHERE nonce {in_texts:$2} AND nonce <> '' AND openrouter_delete_hash IS NULL

-- name: has_ended
SELECT 1 FROM llmapikey.ledger
WHERE openrouter_delete_hash = $1 AND (ended_at IS NULL OR ended_at >= {time:$2}) LIMIT 1

-- name: list_active
SELECT {grant_columns} FROM llmapikey.api_keys WHERE status = 'active' AND id > $1::uuid ORDER BY id LIMIT $2::bigint

-- name: list_expired
SELECT {grant_columns} FROM llmapikey.api_keys WHERE expires_at <= {time:$1} AND status = 'active' AND is_disabled = 0
ORDER BY expires_at, id LIMIT $2::bigint

-- name: note_reveal
UPDATE llmapikey.api_keys SET revealed_at = $2, reveal_reason = $3 WHERE id = $1::uuid

-- name: set_hold
-- $1: account; $2: until, or NULL; $3: reason; $4: actor; $5: now.
INSERT INTO llmapikey.holds (github_user_id, until, reason, actor, set_at)
VALUES ($1, {time:$2}, $3, $4, {time:$5})
ON CONFLICT (github_user_id) DO UPDATE SET
    until = excluded.until, reason = excluded.reason, actor = excluded.actor, set_at = excluded.set_at

-- name: lift_hold
DELETE FROM llmapikey.holds WHERE github_user_id = $1

-- name: correct_attempted_at
-- For app/store_time_correction.cpp. $1: now; $2: what is later than that cannot be.
UPDATE llmapikey.api_keys SET attempted_at = {time:$1}
WHERE ({unsettled} OR {ending_attempt}) AND attempted_at > {time:$2}

-- name: correct_next_attempt_at
UPDATE llmapikey.api_keys SET next_attempt_at = $1::bigint WHERE {from:claim} AND next_attempt_at > $2::bigint
