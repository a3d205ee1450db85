#include "site/store_rate_limits.hpp"

#include <algorithm>

namespace llmapikey::postgres {
namespace {

// $2: tokens per minute, which is also the capacity of a bucket. The row stores whether its last
// caller got a token.
const std::string take_token =
    "INSERT INTO llmapikey.rate_limits AS bucket (client, tokens, filled_at, is_taken) "
    "VALUES ($1, $2::double precision - 1, now(), true) "
    "ON CONFLICT (client) DO UPDATE SET (tokens, filled_at, is_taken) = "
    "(SELECT CASE WHEN level >= 1 THEN level - 1 ELSE level END, now(), level >= 1 FROM "
    "(SELECT least($2::double precision, bucket.tokens + "
    // the clock was set back
    "CASE WHEN bucket.filled_at > now() + interval '5 seconds' THEN $2::double precision "
    "ELSE greatest(extract(epoch FROM now() - bucket.filled_at), 0)::double precision * $2::double precision / 60 END) "
    "AS level) AS refilled) "
    "RETURNING is_taken, ceil((1 - tokens) * 60 / $2::double precision)::bigint";

// After a minute every bucket is full again, just like the bucket of an unknown client.
const std::string delete_full = "DELETE FROM llmapikey.rate_limits WHERE filled_at < now() - interval '1 minute'";
constexpr unsigned takes_between_clearings = 500;

}  // namespace

base::Result<std::optional<base::Seconds>> PostgresRateLimits::take(const std::string& client, int per_minute) {
    const auto answer =
        TRY(database_->run(take_token, Parameters().add(client).add(std::int64_t{per_minute}), Patience::fail_fast));
    if (++taken_ % takes_between_clearings == 0) {
        TRY(database_->run(delete_full, Parameters(), Patience::fail_fast));
    }
    if (answer.rows.flag(0, 0)) return std::nullopt;
    return base::Seconds{std::max<std::int64_t>(1, answer.rows.number(0, 1))};
}

}  // namespace llmapikey::postgres
