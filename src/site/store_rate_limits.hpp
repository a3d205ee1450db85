#pragma once

#include <atomic>
#include <memory>

#include "site/rate_limits.hpp"
#include "sql/postgres/database.hpp"

namespace llmapikey::postgres {

// RateLimits in llmapikey.rate_limits, by the database's clock. Each token costs one round trip.
// Full buckets are deleted from time to time.
class PostgresRateLimits final : public RateLimits {
public:
    explicit PostgresRateLimits(std::shared_ptr<Database> database) : database_(std::move(database)) {}

    base::Result<std::optional<base::Seconds>> take(const std::string& client, int per_minute) override;

private:
    std::shared_ptr<Database> database_;
    std::atomic<unsigned> taken_{0};
};

}  // namespace llmapikey::postgres
