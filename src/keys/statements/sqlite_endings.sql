-- SQLite's statements that end a key or replace it (keys/store_endings.hpp), run one after the
-- other in a transaction. A replacement that was begun has an entry in the ledger already, which
-- then tells of the later decision.

-- name: note_ending
-- $1: ids; $2: actor; $3: reason; $4: now; $5: bulk revocation, or ''; $6: 'active', if only those
-- that are shall end.
INSERT INTO llmapikey.ledger AS entry (grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint,
    daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, bulk_id)
SELECT id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at,
    expires_at, $2, $3, $4, nullif($5, '')
FROM llmapikey.api_keys WHERE id {in:$1} AND {ends:$6}
ON CONFLICT (grant_id) DO UPDATE SET
    actor = excluded.actor, reason = excluded.reason, bulk_id = excluded.bulk_id
WHERE entry.ended_at IS NULL

-- name: begin_ending
UPDATE llmapikey.api_keys SET status = {to:begin_ending}, openrouter_key = NULL, unsynced = NULL,
    nonce = iif(status = 'waiting', '', nonce)
WHERE id {in:$1} AND {ends:$6}

-- name: note_replacement
-- $1 to $6 as above, also below.
INSERT INTO llmapikey.ledger AS entry (grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint,
    daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, bulk_id)
SELECT id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at,
    expires_at, $2, $3, $4, nullif($5, '')
FROM llmapikey.api_keys WHERE id {in:$1} AND {is_replaced:$4 $6 $5 $2}
ON CONFLICT (grant_id) DO UPDATE SET
    actor = excluded.actor, reason = excluded.reason, bulk_id = excluded.bulk_id
WHERE entry.ended_at IS NULL

-- name: begin_replacement
UPDATE llmapikey.api_keys SET status = {to:begin_replacement}, openrouter_key = NULL, unsynced = NULL,
    nonce = iif(status = 'waiting', '', nonce)
WHERE id {in:$1} AND {is_replaced:$4 $6 $5 $2}

-- name: hold
-- $2: until, or NULL; $3: reason; $4: now; $5: actor. What is being revoked already gets the hold
-- as well; none is ever shortened.
INSERT INTO llmapikey.holds AS known (github_user_id, until, reason, actor, set_at)
SELECT github_user_id, $2, $3, $5, $4
FROM llmapikey.api_keys WHERE id {in:$1} AND ($6 <> 'active' OR status = 'active')
ON CONFLICT (github_user_id) DO UPDATE SET
    until = excluded.until, reason = excluded.reason, actor = excluded.actor, set_at = excluded.set_at
WHERE known.until < excluded.until OR (known.until IS NOT NULL AND excluded.until IS NULL)

-- name: finish_replacement
-- $1: id of the row; $2: now; $3: the new id.
UPDATE llmapikey.api_keys SET {replaced:$3 $2} WHERE id = $1 AND {from:finish_replacement}

-- name: is_selecting
SELECT 1 FROM llmapikey.bulk_revocations WHERE id = $1 AND state = 'selecting'

-- name: is_changing
SELECT 1 FROM llmapikey.bulk_changes WHERE id = $1 AND state = 'working' AND stopped_at IS NULL

-- name: finish_ending
DELETE FROM llmapikey.api_keys WHERE id = $1 AND {from:finish_ending} AND NOT {ending_attempt}

-- name: close_entry
UPDATE llmapikey.ledger SET ended_at = $1 WHERE grant_id = $2 AND ended_at IS NULL
