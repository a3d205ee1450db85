-- The statements of the rate limits that replicas share: PostgreSQL only.

-- name: take
-- $1: client; $2: tokens a minute, which is also the most that a bucket holds. A bucket remembers
-- whether its last caller got one. One that was filled later than now, since the clock was set
-- back, counts as full.
INSERT INTO llmapikey.rate_limits AS bucket (client, tokens, filled_at, is_taken)
VALUES ($1, $2::double precision - 1, now(), true)
ON CONFLICT (client) DO UPDATE SET (tokens, filled_at, is_taken) = (
    SELECT CASE WHEN level >= 1 THEN level - 1 ELSE level END, now(), level >= 1
    FROM (
        SELECT least(
            $2::double precision,
            bucket.tokens + CASE
                WHEN bucket.filled_at > now() + interval '5 seconds' THEN $2::double precision
                ELSE greatest(extract(epoch FROM now() - bucket.filled_at), 0)::double precision
                    * $2::double precision / 60
            END
        ) AS level
    ) AS refilled
)
RETURNING is_taken, ceil((1 - tokens) * 60 / $2::double precision)::bigint

-- name: prune
-- After a minute every bucket is full again, which is what an unknown client has.
DELETE FROM llmapikey.rate_limits WHERE filled_at < now() - interval '1 minute'
