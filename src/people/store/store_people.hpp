#pragma once

#include <memory>

#include "people/people_store.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// PeopleStore in either database.
class SqlPeopleStore final : public PeopleStore {
public:
    explicit SqlPeopleStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<PeoplePart> list(const PeopleQuery& query) override;
    base::Result<std::optional<Person>> find(const GithubUserId& account, base::Timestamp now) override;
    base::Result<PeopleCounts> count(const PeopleQuery& query) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
