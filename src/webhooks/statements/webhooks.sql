-- The statements of WebhookStore (webhooks/webhooks.hpp), for both databases.

-- name: add_endpoint
INSERT INTO llmapikey.webhook_endpoints (id, url, sealed_secret, events, is_enabled, created_at)
VALUES ($1, $2, $3, $4, 1, $5)

-- name: endpoints
SELECT id, url, sealed_secret, events, is_enabled, created_at, sealed_former_secret, former_until, failures,
    failing_since, next_at
FROM llmapikey.webhook_endpoints ORDER BY created_at, id

-- name: remove_endpoint
DELETE FROM llmapikey.webhook_endpoints WHERE id = $1

-- name: remove_its_deliveries
DELETE FROM llmapikey.webhook_deliveries WHERE endpoint_id = $1

-- name: disable_endpoint
UPDATE llmapikey.webhook_endpoints SET is_enabled = 0 WHERE id = $1

-- name: enable_endpoint
UPDATE llmapikey.webhook_endpoints SET is_enabled = 1 WHERE id = $1

-- name: rotate_secret
-- In one statement: of two rotations at once, the second makes the secret of the first the former
-- one. $2: the new secret; $3: until when the former one signs as well, or NULL.
UPDATE llmapikey.webhook_endpoints SET
    sealed_former_secret = CASE WHEN $3::bigint IS NULL THEN '' ELSE sealed_secret END,
    former_until = $3::bigint, sealed_secret = $2
WHERE id = $1

-- name: set_health
UPDATE llmapikey.webhook_endpoints SET failures = $2, failing_since = $3, next_at = $4 WHERE id = $1

-- name: add_event
INSERT INTO llmapikey.webhook_events ({event_columns})
SELECT $1, $2, $3, $4, $5, $6, $7, $8::bigint WHERE {has_endpoint}
ON CONFLICT (event_key) DO NOTHING

-- name: notice
-- What webhook_notice() gives (webhooks/store_webhook_statements.hpp).
INSERT INTO llmapikey.webhook_events ({event_columns})
SELECT {new_id}, '{type}:' || {key}, '{type}', id::text, github_user_id, github_username, {detail}, {now}
FROM {rows} AND {has_endpoint}
ON CONFLICT (event_key) DO NOTHING

-- name: add_expiries
-- Events of keys that are still there, and of those that were ended because they expired. $1, $2:
-- keys that expire after the first and by the second time.
INSERT INTO llmapikey.webhook_events ({event_columns})
SELECT {new_id}, 'key.expired:' || id::text, 'key.expired', id::text, github_user_id, github_username, '',
    {epoch:expires_at}
FROM llmapikey.api_keys
WHERE expires_at > {time:$1} AND expires_at <= {time:$2} AND status = 'active' AND {has_endpoint}
UNION ALL
SELECT {new_id}, 'key.expired:' || grant_id::text, 'key.expired', grant_id::text, github_user_id, github_username, '',
    {epoch:expires_at}
FROM llmapikey.ledger
WHERE begun_at > {time:$1} AND expires_at > {time:$1} AND expires_at <= {time:$2} AND reason = 'expired'
    AND {has_endpoint}
ON CONFLICT (event_key) DO NOTHING

-- name: undispatched
SELECT {events} FROM llmapikey.webhook_events AS event WHERE dispatched_at IS NULL
ORDER BY event.at, event.id LIMIT $1::bigint

-- name: add_delivery
-- $1: id; $2: event; $3: endpoint; $4: now.
INSERT INTO llmapikey.webhook_deliveries
    (id, event_id, endpoint_id, state, attempts, next_at, updated_at, problem, waiting_since)
SELECT $1, $2, $3, 'waiting', 0, $4::bigint, $4::bigint, '', $4::bigint
WHERE EXISTS (SELECT 1 FROM llmapikey.webhook_endpoints WHERE id = $3)
ON CONFLICT (event_id, endpoint_id) DO NOTHING

-- name: set_dispatched
UPDATE llmapikey.webhook_events SET dispatched_at = $2 WHERE id = $1

-- name: deliveries
-- A part of the lists below: what read_deliveries() expects.
SELECT {events}, delivery.id, endpoint_id, state, attempts, next_at, updated_at, problem
FROM llmapikey.webhook_deliveries AS delivery
JOIN llmapikey.webhook_events AS event ON event.id = event_id

-- name: endpoints_with_due
SELECT endpoint_id FROM llmapikey.webhook_deliveries WHERE state = 'waiting' AND next_at <= $1::bigint
GROUP BY endpoint_id

-- name: due
{part:deliveries} WHERE state = 'waiting' AND endpoint_id = $1 AND next_at <= $2::bigint
ORDER BY next_at, delivery.id LIMIT $3::bigint

-- name: give_up
-- $1: endpoint; $2: the problem; $3: now; $4: those that have waited since before.
UPDATE llmapikey.webhook_deliveries SET state = 'dead', problem = $2, updated_at = $3
WHERE endpoint_id = $1 AND state = 'waiting' AND waiting_since < $4::bigint

-- name: latest
-- $1: NULL; the other list has the state there.
{part:deliveries} WHERE $1::text IS NULL ORDER BY updated_at DESC, delivery.id DESC LIMIT $2::bigint

-- name: latest_of_state
{part:deliveries} WHERE state = $1 ORDER BY updated_at DESC, delivery.id DESC LIMIT $2::bigint

-- name: count_dead
SELECT count(*) FROM llmapikey.webhook_deliveries WHERE state = 'dead'

-- name: update
UPDATE llmapikey.webhook_deliveries SET state = $2, attempts = $3, next_at = $4, updated_at = $5, problem = $6
WHERE id = $1

-- name: resend
UPDATE llmapikey.webhook_deliveries SET state = 'waiting', attempts = 0, next_at = $2, updated_at = $2,
    waiting_since = $2
WHERE id = $1 AND state <> 'waiting'

-- name: prune_deliveries
DELETE FROM llmapikey.webhook_deliveries WHERE updated_at < $1 AND state <> 'waiting'

-- name: prune_strays
DELETE FROM llmapikey.webhook_deliveries
WHERE state = 'waiting' AND NOT EXISTS (SELECT 1 FROM llmapikey.webhook_endpoints WHERE id = endpoint_id)

-- name: prune_events
DELETE FROM llmapikey.webhook_events
WHERE at < $1 AND dispatched_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM llmapikey.webhook_deliveries WHERE event_id = webhook_events.id)
