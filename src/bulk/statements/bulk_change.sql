-- The statements of BulkChangeStore (bulk/changes/bulk_change.hpp), for both databases.

-- name: counted
-- A part: how many targets are in a state; of what is done, as counted then.
(SELECT count(*) FROM llmapikey.bulk_change_targets WHERE bulk_id = bulk.id AND state =

-- name: changes
-- A part of the lists below: what read_change() expects.
SELECT id, act, cap_micro_usd, actor, origin, reason, selection, state, total,
    CASE WHEN state = 'done' THEN done ELSE {part:counted} 'done') END,
    CASE WHEN state = 'done' THEN skipped ELSE {part:counted} 'skipped') END,
    CASE WHEN state = 'done' THEN failed ELSE {part:counted} 'failed') END,
    decided_after, created_at, begins_at, ended_at, stopped_at, stopped_by, problem
FROM llmapikey.bulk_changes AS bulk

-- name: targets
-- A part: what read_target() expects.
SELECT grant_id, github_user_id, github_username, state, why, tries, begun_at, next_at
FROM llmapikey.bulk_change_targets

-- name: find
{part:changes} WHERE id = $1

-- name: list_latest
{part:changes} ORDER BY created_at DESC, id LIMIT $1::bigint

-- name: list_due
-- Those with a key that is due, or with no key left; first those behind the one that was served
-- last, so that each has its turn however many are due. $1: at most; $2: now; $3 to $5: the turn of
-- the one that was served last.
SELECT id, act, cap_micro_usd, actor, origin, reason, selection, state, total, 0, 0, 0, decided_after, created_at,
    begins_at, ended_at, stopped_at, stopped_by, problem
FROM llmapikey.bulk_changes AS bulk
WHERE state = 'working' AND (begins_at <= $2::bigint OR stopped_at IS NOT NULL)
    AND (EXISTS (SELECT 1 FROM llmapikey.bulk_change_targets AS due
                 WHERE due.bulk_id = bulk.id AND due.state = 'waiting' AND due.next_at <= $2::bigint)
         OR NOT EXISTS (SELECT 1 FROM llmapikey.bulk_change_targets AS due
                        WHERE due.bulk_id = bulk.id AND due.state = 'waiting'))
ORDER BY CASE WHEN (created_at, decided_after, id) > ($3::bigint, $4::bigint, $5) THEN 0 ELSE 1 END,
    created_at, decided_after, id LIMIT $1::bigint

-- name: count_targets
SELECT count(*) FROM llmapikey.bulk_change_targets WHERE bulk_id = $1

-- name: create
-- With exactly what was listed, or not at all; twice is once. $1: id; $2: act; $3: cap; $4, $5:
-- actor and origin; $6: reason; $7: selection; $8: how many keys are meant; $9: latest entry of the
-- audit log; $10: now; $11: when it begins.
INSERT INTO llmapikey.bulk_changes (id, act, cap_micro_usd, actor, origin, reason, selection, state, total,
    decided_after, created_at, begins_at)
SELECT $1, $2, $3::bigint, $4, $5, $6, $7, 'working', $8::bigint, $9::bigint, $10::bigint, $11::bigint
WHERE (SELECT count(*) FROM llmapikey.bulk_change_targets WHERE bulk_id = $1) = $8::bigint
ON CONFLICT DO NOTHING

-- name: drop_all_targets
-- Only while nobody has decided on them.
DELETE FROM llmapikey.bulk_change_targets
WHERE bulk_id = $1 AND NOT EXISTS (SELECT 1 FROM llmapikey.bulk_changes WHERE id = $1)

-- name: prune_targets
-- Of what was never decided within an hour, or was done long ago. $1: done before then.
DELETE FROM llmapikey.bulk_change_targets
WHERE bulk_id IN (SELECT id FROM llmapikey.bulk_changes WHERE state = 'done' AND ended_at < $1::bigint)
    OR (listed_at < {now} - 3600
        AND NOT EXISTS (SELECT 1 FROM llmapikey.bulk_changes WHERE id = bulk_id))

-- name: due_targets
-- $1: bulk change; $2: now; $3: at most.
{part:targets} WHERE bulk_id = $1 AND state = 'waiting' AND next_at <= $2::bigint
ORDER BY next_at, grant_id LIMIT $3::bigint

-- name: list_done
-- $1: bulk change; $2: at most.
{part:targets} WHERE bulk_id = $1 AND state = 'done' ORDER BY github_username, grant_id LIMIT $2::bigint

-- name: list_left
-- What was not done. $1: bulk change; $2: at most.
{part:targets} WHERE bulk_id = $1 AND state IN ('skipped', 'failed') ORDER BY state, grant_id LIMIT $2::bigint

-- name: list_tried
-- What was tried in vain and is tried again. $1: bulk change; $2: at most.
{part:targets} WHERE bulk_id = $1 AND state = 'waiting' AND why <> '' ORDER BY next_at DESC LIMIT $2::bigint

-- name: claim
-- Only one process works on a key until $4. $1, $2: bulk change and key; $3: since when it was due;
-- $5: now. None begins once it is stopped.
UPDATE llmapikey.bulk_change_targets SET begun_at = coalesce(begun_at, $5::bigint), next_at = $4::bigint
WHERE bulk_id = $1 AND grant_id = $2::uuid AND state = 'waiting' AND next_at = $3::bigint
    AND (begun_at IS NOT NULL
         OR EXISTS (SELECT 1 FROM llmapikey.bulk_changes WHERE id = $1 AND state = 'working' AND stopped_at IS NULL))

-- name: settle
-- $1, $2: bulk change and key; $3: state; $4: why; $5: how many tries have failed.
UPDATE llmapikey.bulk_change_targets SET state = $3, why = $4, tries = $5::bigint
WHERE bulk_id = $1 AND grant_id = $2::uuid AND state = 'waiting'

-- name: postpone
-- $1, $2: bulk change and key; $3: until; $4: why; $5: how many tries have failed; $6: when it was
-- begun, if it was.
UPDATE llmapikey.bulk_change_targets SET next_at = $3::bigint, why = $4, tries = $5::bigint, begun_at = $6::bigint
WHERE bulk_id = $1 AND grant_id = $2::uuid AND state = 'waiting'

-- name: held
-- A part: the keys that the account has had since the decision: $2, and what has ended since then.
SELECT $2::uuid AS id UNION ALL
SELECT grant_id FROM llmapikey.ledger WHERE github_user_id = $3 AND begun_at >= {time:$5}

-- name: later_change
-- A part: later bulk changes about the same of these keys. One that was stopped before a key's turn
-- is none. $1: bulk change; $2: key; $3: its account; $4: entry of the audit log after which $1 was
-- decided; $5: when; $6: what it is about, as acts; $7: the same, as the next part has it.
FROM llmapikey.bulk_change_targets AS other JOIN llmapikey.bulk_changes AS later ON later.id = other.bulk_id
WHERE other.grant_id IN ({part:held}) AND later.id <> $1 AND later.act {in_texts:$6}
    AND (later.decided_after > $4::bigint OR (later.decided_after = $4::bigint AND later.id > $1))
    AND (other.begun_at IS NOT NULL OR (other.state = 'waiting' AND later.stopped_at IS NULL))

-- name: later_entry
-- A part: later entries of the audit log, with which somebody has begun to change the same of one
-- of these keys: not as a part of a bulk change, since those are compared by their decisions. The
-- details are those of Administration::change(). $7: 'switch', 'cap', or '' for nothing.
FROM ({part:held}) AS held JOIN llmapikey.audit_log AS entry
    ON {by_subject:entry.subject} = 'account:' || $3 || ' grant:' || held.id::text AND entry.sequence > $4::bigint
WHERE entry.action = 'key.change' AND entry.outcome = 'begun'
    AND (($7 = 'switch' AND entry.detail LIKE 'switch %')
         OR ($7 = 'cap' AND (entry.detail LIKE 'cap %' OR entry.detail LIKE 'switch off, cap %'
                             OR entry.detail LIKE 'switch on, cap %')))
    AND NOT EXISTS (SELECT 1 FROM llmapikey.bulk_changes AS known
                    WHERE known.id = substr(entry.detail, length(entry.detail) - 36, 36)
                        AND entry.detail LIKE '% (bulk ' || known.id || ')')

-- name: later
-- Whether a later bulk change has begun (NULL: there is none), and who has decided singly.
SELECT (SELECT max(CASE WHEN other.begun_at IS NULL THEN 0 ELSE 1 END) {part:later_change}),
    (SELECT entry.actor {part:later_entry} LIMIT 1)

-- name: begin
-- A part: the step of a change, unless something was decided since the look. $1 to $7: as above;
-- $8, $9: the switch and the cap that are decided; $10: names the change; $11, $12: the switch and
-- the cap as they were seen; $13: the key that is meant. Once that has its final state, a statement
-- that takes effect late does nothing.
UPDATE llmapikey.api_keys SET is_disabled = $8, daily_limit_micro_usd = $9::bigint, unsynced = $10
WHERE id = $2::uuid AND status = 'active' AND is_disabled = $11 AND daily_limit_micro_usd = $12::bigint
    AND EXISTS (SELECT 1 FROM llmapikey.bulk_change_targets AS meant
                WHERE meant.bulk_id = $1 AND meant.grant_id = $13::uuid AND meant.state = 'waiting')
    AND NOT EXISTS (SELECT 1 {part:later_change}) AND NOT EXISTS (SELECT 1 {part:later_entry})

-- name: begin_sqlite
{part:begin} RETURNING {grant_columns}

-- name: begin_postgres
-- A statement that waits for the row looks again at the row alone, and not at other tables. So it
-- changes the row only as it was when the statement began; whoever decides writes the row, too.
{part:begin} AND xmin = (SELECT seen.xmin FROM llmapikey.api_keys AS seen WHERE seen.id = $2::uuid)
RETURNING {grant_columns}

-- name: find_key
-- $1: key; $2: names the change that it has.
SELECT {grant_columns} FROM llmapikey.api_keys WHERE id = $1::uuid AND status = 'active' AND unsynced = $2

-- name: successors
-- What waits for a key because of a bulk change, and how many of these in vain so far.
SELECT count(*), coalesce(sum(CASE WHEN problem = '' THEN 0 ELSE 1 END), 0) FROM llmapikey.api_keys AS successor
WHERE status IN ('waiting', 'pending', 'ambiguous')
    AND EXISTS (SELECT 1 FROM llmapikey.ledger
                WHERE bulk_id = $1 AND ledger.github_user_id = successor.github_user_id)

-- name: stop
-- $2: now; $3: actor.
UPDATE llmapikey.bulk_changes SET stopped_at = $2::bigint, stopped_by = $3
WHERE id = $1 AND state = 'working' AND stopped_at IS NULL

-- name: skip_rest
-- What a change that was stopped has not begun. $2: why.
UPDATE llmapikey.bulk_change_targets SET state = 'skipped', why = $2
WHERE bulk_id = $1 AND state = 'waiting' AND begun_at IS NULL
    AND EXISTS (SELECT 1 FROM llmapikey.bulk_changes WHERE id = $1 AND stopped_at IS NOT NULL)

-- name: retry
-- What has failed waits again. $2: now.
UPDATE llmapikey.bulk_change_targets SET state = 'waiting', why = '', tries = 0, next_at = $2::bigint
WHERE bulk_id = $1 AND state = 'failed'
    AND EXISTS (SELECT 1 FROM llmapikey.bulk_changes WHERE id = $1 AND stopped_at IS NULL)

-- name: reopen
UPDATE llmapikey.bulk_changes SET state = 'working', ended_at = NULL
WHERE id = $1 AND state = 'done' AND stopped_at IS NULL
    AND EXISTS (SELECT 1 FROM llmapikey.bulk_change_targets WHERE bulk_id = $1 AND state = 'waiting')

-- name: finish
-- $2: now.
UPDATE llmapikey.bulk_changes AS bulk SET state = 'done', ended_at = $2::bigint, problem = '',
    done = {part:counted} 'done'), skipped = {part:counted} 'skipped'), failed = {part:counted} 'failed')
WHERE id = $1 AND state = 'working'
    AND NOT EXISTS (SELECT 1 FROM llmapikey.bulk_change_targets WHERE bulk_id = $1 AND state = 'waiting')

-- name: set_problem
UPDATE llmapikey.bulk_changes SET problem = $2 WHERE id = $1 AND state = 'working'
