-- The statements of StatisticsStore (insight/statistics.hpp), for both databases.

-- name: status_counts
SELECT
    (SELECT live FROM llmapikey.totals WHERE only_row = 1),
    (SELECT count(*) FROM llmapikey.api_keys WHERE {is:waiting}),
    (SELECT count(*) FROM llmapikey.api_keys WHERE {is:pending}),
    (SELECT count(*) FROM llmapikey.api_keys WHERE {is:ambiguous}),
    (SELECT count(*) FROM llmapikey.api_keys WHERE {is:revoking}),
    (SELECT count(*) FROM llmapikey.api_keys WHERE {is:replacing}),
    (SELECT count(*) FROM llmapikey.api_keys WHERE is_disabled = 1),
    (SELECT count(*) FROM llmapikey.api_keys WHERE missing_since IS NOT NULL),
    (SELECT min({epoch:attempted_at}) FROM llmapikey.api_keys WHERE {is:ambiguous}),
    (SELECT min(queued_at) / 1000000 FROM llmapikey.api_keys WHERE {is:waiting}),
    (SELECT count(*) FROM llmapikey.webhook_deliveries WHERE state = 'waiting')

-- name: exposure
-- $1: now, in seconds. A day that has begun counts whole. Sums of money are made of numbers that
-- know no end, as keys may last for thousands of years, and cut to what a figure holds.
SELECT usable, expired,
    CAST(CASE WHEN per_day > 9000000000000000000 THEN 9000000000000000000 ELSE per_day END AS bigint),
    CAST(CASE WHEN in_all > 9000000000000000000 THEN 9000000000000000000 ELSE in_all END AS bigint), last_expiry
FROM (
    SELECT coalesce(sum(is_usable), 0)::bigint AS usable, coalesce(sum(1 - is_usable), 0)::bigint AS expired,
        coalesce(sum(1.0 * is_usable * cap), 0) AS per_day,
        coalesce(sum(1.0 * is_usable * cap * ((expires - $1::bigint + 86399) / 86400)), 0) AS in_all,
        max(CASE WHEN is_usable = 1 THEN expires END) AS last_expiry
    FROM (
        SELECT daily_limit_micro_usd AS cap, {epoch:expires_at} AS expires,
            CASE WHEN expires_at > {time:$1} THEN 1 ELSE 0 END AS is_usable
        FROM llmapikey.api_keys WHERE {is:active} AND is_disabled = 0
    ) AS active
) AS sums

-- name: count_day
-- $1: the day; $2, $3: when it begins and ends. A key that is being ended stands in the ledger.
INSERT INTO llmapikey.days (day, issued, ended)
VALUES ($1,
    (SELECT count(*) FROM llmapikey.api_keys
     WHERE created_at >= {time:$2} AND created_at < {time:$3} AND {is:active})
    + (SELECT count(*) FROM llmapikey.ledger WHERE created_at >= {time:$2} AND created_at < {time:$3}),
    (SELECT count(*) FROM llmapikey.ledger WHERE begun_at >= {time:$2} AND begun_at < {time:$3}))
ON CONFLICT (day) DO UPDATE SET issued = excluded.issued, ended = excluded.ended

-- name: record_spending
-- $1: handle; $2: spent since the key was made; $3: now.
UPDATE llmapikey.api_keys SET spent_micro_usd = $2, spent_as_of = $3
WHERE openrouter_delete_hash = $1 AND (spent_micro_usd <> $2 OR spent_as_of IS NULL)

-- name: count_spending
-- Of a day of which no key's spending is known, what is there stays.
INSERT INTO llmapikey.days (day, spent_micro_usd)
SELECT $1::text, sum(spent_micro_usd)::bigint FROM llmapikey.spending_days WHERE day = $1::text HAVING count(*) > 0
ON CONFLICT (day) DO UPDATE SET spent_micro_usd = excluded.spent_micro_usd

-- name: top_spenders
-- $1: the day; $2: how many.
SELECT spent.github_user_id, coalesce(held.github_username, ''), spent.micro, coalesce(held.daily_limit_micro_usd, 0)
FROM (
    SELECT github_user_id, sum(spent_micro_usd)::bigint AS micro FROM llmapikey.spending_days
    WHERE day = $1::text AND spent_micro_usd > 0 GROUP BY github_user_id ORDER BY 2 DESC, 1 LIMIT $2::bigint
) AS spent
LEFT JOIN llmapikey.api_keys AS held ON held.github_user_id = spent.github_user_id
ORDER BY 3 DESC, 1

-- name: spent_on
-- $1: the day; $2: accounts, with commas between.
SELECT github_user_id, sum(spent_micro_usd)::bigint FROM llmapikey.spending_days
WHERE day = $1::text AND github_user_id {in_texts:$2} GROUP BY github_user_id

-- name: days
SELECT day, issued, ended, spent_micro_usd FROM llmapikey.days WHERE day >= $1 ORDER BY day

-- name: facts
SELECT name, value, noted_at FROM llmapikey.facts

-- name: set_fact
INSERT INTO llmapikey.facts (name, value, noted_at) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, noted_at = excluded.noted_at

-- name: record_failure
INSERT INTO llmapikey.failures AS known (what, first_at, last_at, times) VALUES ($1, $2, $2, 1)
ON CONFLICT (what) DO UPDATE SET last_at = excluded.last_at, times = known.times + 1

-- name: failures
SELECT what, first_at, last_at, times FROM llmapikey.failures ORDER BY last_at DESC, what LIMIT $1::bigint

-- name: prune_failures
DELETE FROM llmapikey.failures WHERE last_at < $1
