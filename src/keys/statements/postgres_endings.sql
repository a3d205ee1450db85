-- PostgreSQL's statements that end a key or replace it (keys/store_endings.hpp).
--
-- A key that is ended gets an entry in the ledger. A replacement that was begun has one already,
-- which then tells of the later decision. A bulk revocation ($5) ends keys only while it is
-- selecting: one that was stopped or is done marks nothing more.

-- name: begin_ending
-- $1: ids; $2: actor; $3: reason; $4: now; $5: bulk revocation, or ''; $6: 'active', if only those
-- that are shall end; $7: 'hold', until $8 (NULL: until it is lifted), for the reason $9. What is
-- being revoked already gets the hold as well; none is ever shortened.
WITH open_bulk AS (
    SELECT id FROM llmapikey.bulk_revocations WHERE id = $5 AND state = 'selecting' FOR SHARE
),
ended AS (
    UPDATE llmapikey.api_keys SET status = {to:begin_ending}, openrouter_key = NULL, unsynced = NULL,
        nonce = CASE WHEN status = 'waiting' THEN '' ELSE nonce END
    WHERE id {in:$1} AND {from:begin_ending} AND ($6 <> 'active' OR status = 'active')
        AND ($5 = '' OR EXISTS (SELECT 1 FROM open_bulk))
    RETURNING *
),
{ledger_entry:ended},
meant AS (
    SELECT github_user_id FROM ended
    UNION
    SELECT github_user_id FROM llmapikey.api_keys
    WHERE id {in:$1} AND $6 <> 'active' AND ($5 = '' OR EXISTS (SELECT 1 FROM open_bulk))
),
held AS (
    INSERT INTO llmapikey.holds AS known (github_user_id, until, reason, actor, set_at)
    SELECT github_user_id, {time:$8}, $9, $2, {time:$4} FROM meant WHERE $7 = 'hold'
    ON CONFLICT (github_user_id) DO UPDATE SET
        until = excluded.until, reason = excluded.reason, actor = excluded.actor, set_at = excluded.set_at
    WHERE known.until < excluded.until OR (known.until IS NOT NULL AND excluded.until IS NULL)
)
SELECT count(*) FROM ended

-- name: begin_replacement
-- $1 to $4: as above; $5: bulk change, or ''. Gives also whether settings have changed meanwhile:
-- then nothing is replaced, and the caller tries anew. Locks: the version of the settings (shared),
-- then the row.
WITH terms AS (SELECT version FROM llmapikey.settings_version),
{latest_version},
open_bulk AS (
    SELECT id FROM llmapikey.bulk_changes WHERE id = $5 AND state = 'working' AND stopped_at IS NULL FOR SHARE
),
ended AS (
    UPDATE llmapikey.api_keys SET status = {to:begin_replacement}, openrouter_key = NULL, unsynced = NULL,
        nonce = CASE WHEN status = 'waiting' THEN '' ELSE nonce END
    WHERE id {in:$1} AND {from:begin_replacement} AND is_disabled = 0 AND {not_in_vain_for:$2 $5} AND {terms_hold}
        AND NOT EXISTS (SELECT 1 FROM llmapikey.holds
                        WHERE holds.github_user_id = api_keys.github_user_id AND {in_force:$4})
        AND ($5 = '' OR EXISTS (SELECT 1 FROM open_bulk))
    RETURNING *
),
{ledger_entry:ended}
SELECT count(*), NOT {terms_hold} FROM ended

-- name: finish_replacement
-- $1, $2: account and id of the row; $3: now; $4: the new id.
WITH old AS (
    SELECT id FROM llmapikey.api_keys
    WHERE github_user_id = $1 AND id = $2::uuid AND {from:finish_replacement} FOR UPDATE
),
next AS (
    UPDATE llmapikey.api_keys SET {replaced:$4 $3}
    WHERE github_user_id = $1 AND id IN (SELECT id FROM old) AND {from:finish_replacement}
    RETURNING nonce
),
{remember:next},
closed AS (
    UPDATE llmapikey.ledger SET ended_at = {time:$3}
    WHERE grant_id = $2::uuid AND ended_at IS NULL AND EXISTS (SELECT 1 FROM old)
),
{noticed:finish_replacement next}
SELECT count(*) FROM next

-- name: finish_ending
-- $1, $2: account and id of the row; $3: now.
WITH gone AS (
    DELETE FROM llmapikey.api_keys
    WHERE github_user_id = $1 AND id = $2::uuid AND {from:finish_ending} AND NOT {ending_attempt}
    RETURNING nonce
),
{remember:gone},
closed AS (
    UPDATE llmapikey.ledger SET ended_at = {time:$3}
    WHERE grant_id = $2::uuid AND ended_at IS NULL AND EXISTS (SELECT 1 FROM gone)
),
{noticed:finish_ending gone}
UPDATE llmapikey.totals SET live = live - 1 WHERE only_row = 1 AND EXISTS (SELECT 1 FROM gone)
