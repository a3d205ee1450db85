#pragma once

#include <memory>

#include "keys/replacement.hpp"
#include "keys/store_endings.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey::storage {

// ReplacementStore in either database.
class SqlReplacementStore final : public service::ReplacementStore {
public:
    SqlReplacementStore(std::shared_ptr<SqlDatabase> database, std::shared_ptr<GrantEndings> endings)
        : database_(std::move(database)), endings_(std::move(endings)) {}

    base::Result<domain::Grant> begin_replacement(const std::string& grant_id, const service::Ending& ending) override;
    base::Result<domain::Grant> finish_replacement(const domain::Grant& grant, const std::string& new_id,
                                                   base::Timestamp now) override;
    base::Result<std::vector<domain::Grant>> list_replacing(const std::string& after_id, int limit) override;

private:
    base::Result<domain::Grant> find(const std::string& grant_id, domain::GrantStatus status);

    std::shared_ptr<SqlDatabase> database_;
    std::shared_ptr<GrantEndings> endings_;
};

}  // namespace llmapikey::storage
