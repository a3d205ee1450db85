#pragma once

#include <memory>

#include "activity/activity_store.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// ActivityStore in either database.
class SqlActivityStore final : public ActivityStore {
public:
    explicit SqlActivityStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<std::vector<Act>> acts(const ActQuery& query) override;
    base::Result<std::vector<GithubUserId>> find_listed(const std::string& login, int limit) override;
    base::Result<ActNames> names(const std::vector<std::string>& accounts,
                                 const std::vector<std::string>& grants) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
