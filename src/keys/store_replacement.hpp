#pragma once

#include <memory>

#include "keys/replacement.hpp"
#include "keys/store_endings.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// Implements ReplacementStore for both databases.
class SqlReplacementStore final : public ReplacementStore {
public:
    SqlReplacementStore(std::shared_ptr<SqlDatabase> database, std::shared_ptr<GrantEndings> endings)
        : database_(std::move(database)), endings_(std::move(endings)) {}

    base::Result<Grant> begin_replacement(const std::string& grant_id, const Ending& ending) override;
    base::Result<Grant> finish_replacement(const Grant& grant, const std::string& new_id, base::Timestamp now) override;
    base::Result<std::vector<Grant>> list_replacing(const std::string& after_id, int limit) override;

private:
    base::Result<Grant> find(const std::string& grant_id, GrantStatus status);

    std::shared_ptr<SqlDatabase> database_;
    std::shared_ptr<GrantEndings> endings_;
};

}  // namespace llmapikey
