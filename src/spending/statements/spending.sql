-- The statements of SpendingStore (spending/spending.hpp), for both databases.

-- name: books
-- What is known of a key on the day $2, and on the latest day before. $1: its handle.
{part:known} = $1

-- name: books_of_several
-- $1: their handles.
{part:known} {in_texts:$1}

-- name: known
-- A part of both: what held_keys_of() expects.
SELECT held.openrouter_delete_hash, {epoch:held.attempted_at}, held.last_used_at, known.day, known.spent_micro_usd,
    known.usage_micro_usd, known.read_at, (SELECT noted_at FROM llmapikey.facts WHERE name = 'all_spending_read')
FROM llmapikey.api_keys AS held
LEFT JOIN llmapikey.spending_days AS known
    ON known.github_user_id = held.github_user_id AND known.openrouter_delete_hash = held.openrouter_delete_hash
        AND (known.day = $2
             OR known.day = (SELECT max(day) FROM llmapikey.spending_days AS earlier
                             WHERE earlier.github_user_id = held.github_user_id AND earlier.day < $2
                                 AND earlier.openrouter_delete_hash = held.openrouter_delete_hash))
WHERE held.openrouter_delete_hash IS NOT NULL AND held.openrouter_delete_hash

-- name: set_day
-- $1: handle; $2: day; $3: spent on it; $4: used since the key was made, or NULL; $5: when that was
-- read; $6, $7: what was known of that day when this was worked out; nothing is written if it is
-- something else by now. On SQLite triggers add it to spending_totals.
INSERT INTO llmapikey.spending_days AS known
    (github_user_id, day, openrouter_delete_hash, spent_micro_usd, usage_micro_usd, read_at)
SELECT github_user_id, $2, $1, $3::bigint, $4::bigint, $5::bigint
FROM llmapikey.api_keys WHERE openrouter_delete_hash = $1
ON CONFLICT (github_user_id, day, openrouter_delete_hash) DO UPDATE SET
    spent_micro_usd = excluded.spent_micro_usd, usage_micro_usd = excluded.usage_micro_usd, read_at = excluded.read_at
WHERE known.spent_micro_usd = $6::bigint AND known.usage_micro_usd IS NOT DISTINCT FROM $7::bigint

-- name: set_day_and_total
-- Likewise on PostgreSQL, with the total of all days. The sum over the days is as it was before
-- this statement; it counts if it is higher, because a replica of an earlier version books days
-- alone.
WITH booked AS (
    {part:set_day}
    RETURNING github_user_id
)
INSERT INTO llmapikey.spending_totals AS total (github_user_id, spent_micro_usd)
SELECT booked.github_user_id, $3::bigint - coalesce($6::bigint, 0)
    + coalesce((SELECT sum(spent_micro_usd) FROM llmapikey.spending_days AS earlier
                WHERE earlier.github_user_id = booked.github_user_id), 0)::bigint
FROM booked
ON CONFLICT (github_user_id) DO UPDATE SET
    spent_micro_usd = greatest(excluded.spent_micro_usd,
                               total.spent_micro_usd + $3::bigint - coalesce($6::bigint, 0))

-- name: set_last_use
UPDATE llmapikey.api_keys SET last_used_at = $2::bigint
WHERE openrouter_delete_hash = $1 AND last_used_at < $2::bigint

-- name: set_all_read
INSERT INTO llmapikey.facts (name, value, noted_at) VALUES ('all_spending_read', '', $1)
ON CONFLICT (name) DO UPDATE SET noted_at = excluded.noted_at

-- name: days
SELECT day, sum(spent_micro_usd)::bigint FROM llmapikey.spending_days
WHERE github_user_id = $1 AND day >= $2
GROUP BY day HAVING sum(spent_micro_usd) > 0 ORDER BY day

-- name: prune
DELETE FROM llmapikey.spending_days WHERE day < $1
