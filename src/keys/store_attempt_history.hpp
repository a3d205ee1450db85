#pragma once

#include <memory>

#include "keys/attempt_history.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// Implements AttemptHistory for both databases.
class SqlAttemptHistory final : public AttemptHistory {
public:
    explicit SqlAttemptHistory(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<std::set<std::string>> remembered(const std::vector<std::string>& nonces) override;
    base::Result<base::Timestamp> began_at() override;
    base::Result<void> note_unremembered_end(const std::string& delete_handle, base::Timestamp now) override;
    base::Result<std::vector<std::string>> unremembered_ends(base::Timestamp since) override;
    base::Result<void> prune(base::Seconds age) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
