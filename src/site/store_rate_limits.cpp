#include "site/store_rate_limits.hpp"

#include <algorithm>

#include "base/embedded.hpp"
#include "sql/statement_file.hpp"

namespace llmapikey::postgres {
namespace {

// The statement of this name in statements/rate_limits.sql.
std::string named(std::string_view name) {
    return statement_of(embedded_site_statements(), "rate_limits.sql", name, {});
}

const std::string take_token = named("take");
const std::string delete_full = named("prune");
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
