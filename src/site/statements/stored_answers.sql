-- The statements of StoredAnswers (site/stored_answers.hpp), for both databases.

-- name: begin
-- Takes the place of an answer that is too old, and of a request that has died. $1, $2: actor and
-- key; $3: fingerprint; $4: attempt; $5: now; $6: older than a day; $7: begun so long ago that it
-- has died.
INSERT INTO llmapikey.stored_answers AS stored (actor, request_key, fingerprint, attempt, status, body, begun_at)
VALUES ($1, $2, $3, $4, 0, '', $5)
ON CONFLICT (actor, request_key) DO UPDATE SET
    fingerprint = excluded.fingerprint, attempt = excluded.attempt, status = 0, body = '', begun_at = excluded.begun_at
WHERE stored.begun_at < $6
    OR (stored.status = 0 AND stored.begun_at < $7 AND stored.fingerprint = excluded.fingerprint)

-- name: find
SELECT fingerprint, status, body, begun_at, attempt FROM llmapikey.stored_answers
WHERE actor = $1 AND request_key = $2

-- name: finish
UPDATE llmapikey.stored_answers SET status = $4, body = $5
WHERE actor = $1 AND request_key = $2 AND attempt = $3 AND status = 0

-- name: forget
DELETE FROM llmapikey.stored_answers WHERE actor = $1 AND request_key = $2 AND attempt = $3 AND status = 0

-- name: prune
DELETE FROM llmapikey.stored_answers WHERE begun_at < $1
