#pragma once

#include <memory>

#include "roster/roster.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// RosterStore in either database.
class SqlRosterStore final : public RosterStore {
public:
    explicit SqlRosterStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<void> add(const std::vector<NewExpectedPerson>& people, const std::string& by,
                           base::Timestamp now) override;
    base::Result<void> set_name(const std::string& id, const std::string& name) override;
    base::Result<bool> remove(const std::string& id) override;
    base::Result<std::optional<ExpectedPerson>> find(GithubUserId id) override;
    base::Result<std::optional<ExpectedPerson>> find_by_id(const std::string& id) override;
    base::Result<std::vector<ExpectedPerson>> find_by_logins(const std::vector<std::string>& logins) override;
    base::Result<std::vector<ExpectedPerson>> list_unresolved(base::Timestamp now, int limit) override;
    base::Result<void> resolve(const std::string& id, const Recipient& account) override;
    base::Result<void> note_problem(const std::string& id, const std::string& problem,
                                    base::Timestamp next_lookup_at) override;
    base::Result<RosterCounts> counts() override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
