-- The statements of BulkStore (bulk/bulk_revocation.hpp), for both databases.

-- name: bulks
-- A part of the lists below: what read_bulk() expects.
SELECT id, actor, origin, reason, is_held, hold_until, selection, state, total, created_at, ended_at, problem,
    (SELECT count(*) FROM {part:left}), coalesce(begins_at, cutoff), stopped_at, stopped_by,
    (SELECT count(*) FROM {part:left} AND revoke_attempts >= {stuck_after}), begins_at
FROM llmapikey.bulk_revocations AS bulk

-- name: left
-- A part: the keys that are not revoked yet.
llmapikey.ledger WHERE bulk_id = bulk.id AND ended_at IS NULL

-- name: marked
-- A part: how many keys the bulk revocation $1 ends.
(SELECT count(*) FROM llmapikey.ledger WHERE bulk_id = $1)

-- name: find
{part:bulks} WHERE id = $1

-- name: find_request
{part:bulks} WHERE request = $1

-- name: list_latest
{part:bulks} ORDER BY created_at DESC, id LIMIT $1::bigint

-- name: list_open
{part:bulks} WHERE state <> 'done' ORDER BY created_at, id LIMIT $1::bigint

-- name: create
-- With exactly what was listed, or not at all; twice is once. $1: id; $2, $3: actor and origin; $4:
-- reason; $5, $6: whether accounts are put on hold, and until when; $7: selection; $8: now; $9:
-- when it begins (an earlier version waits for `cutoff`); $10: how many keys are meant; $11: how
-- many are listed; $12: the request, or ''.
INSERT INTO llmapikey.bulk_revocations (id, actor, origin, reason, is_held, hold_until, selection, state, total,
    created_at, cutoff, problem, begins_at, request)
SELECT $1, $2, $3, $4, $5::bigint, $6::bigint, $7, 'selecting', $10::bigint, $8::bigint, 253402300799, '',
    $9::bigint, nullif($12, '')
WHERE (SELECT count(*) FROM llmapikey.bulk_targets WHERE bulk_id = $1) = $11::bigint
ON CONFLICT DO NOTHING

-- name: forget_request
UPDATE llmapikey.bulk_revocations SET request = NULL WHERE id = $1

-- name: add_target
INSERT INTO llmapikey.bulk_targets (bulk_id, grant_id, listed_at) VALUES ($1, $2::uuid, {now}) ON CONFLICT DO NOTHING

-- name: set_listed
UPDATE llmapikey.bulk_revocations SET begins_at = cutoff WHERE id = $1 AND begins_at IS NULL

-- name: count_targets
SELECT count(*) FROM llmapikey.bulk_targets WHERE bulk_id = $1

-- name: next_targets
SELECT grant_id FROM llmapikey.bulk_targets WHERE bulk_id = $1 ORDER BY grant_id LIMIT $2::bigint

-- name: drop_targets
DELETE FROM llmapikey.bulk_targets WHERE bulk_id = $1 AND grant_id {in:$2}

-- name: drop_all_targets
-- Only while nobody has decided on them.
DELETE FROM llmapikey.bulk_targets
WHERE bulk_id = $1 AND NOT EXISTS (SELECT 1 FROM llmapikey.bulk_revocations WHERE id = $1)

-- name: prune_targets
-- Of bulk revocations that have ended, or were never decided.
DELETE FROM llmapikey.bulk_targets
WHERE listed_at < {now} - 3600
    AND bulk_id NOT IN (SELECT id FROM llmapikey.bulk_revocations WHERE state = 'selecting')

-- name: finish_selecting
UPDATE llmapikey.bulk_revocations SET state = 'revoking', total = {part:marked} WHERE id = $1 AND state = 'selecting'

-- name: stop
-- $2: now; $3: actor.
UPDATE llmapikey.bulk_revocations SET state = 'revoking', stopped_at = $2, stopped_by = $3, total = {part:marked}
WHERE id = $1 AND state = 'selecting'

-- name: finish
-- Counts again: what was being marked while it was stopped has joined since. $2: now.
UPDATE llmapikey.bulk_revocations SET state = 'done', ended_at = $2, total = {part:marked}
WHERE id = $1 AND state = 'revoking'
    AND NOT EXISTS (SELECT 1 FROM llmapikey.ledger
                    WHERE bulk_id = $1 AND ended_at IS NULL AND revoke_attempts < {stuck_after})

-- name: set_problem
UPDATE llmapikey.bulk_revocations SET problem = $2 WHERE id = $1
