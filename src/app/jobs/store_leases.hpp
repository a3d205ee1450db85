#pragma once

#include <memory>

#include "app/jobs/leases.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// Leases in either database.
class SqlLeases final : public Leases {
public:
    explicit SqlLeases(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<bool> acquire(const std::string& name, const std::string& holder, base::Timestamp now,
                               base::Seconds duration) override;
    base::Result<void> release(const std::string& name, const std::string& holder) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
