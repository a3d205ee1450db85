#pragma once

#include "keys/admin_store.hpp"
#include "sql/sql_database.hpp"

// Finding grants, in both databases. A statement for each combination of what is asked for, so that
// the planner sees only that: with all conditions in one it would walk from the first row to a deep
// page.
namespace llmapikey {

base::Result<GrantPage> list_grants(SqlDatabase& database, const GrantQuery& query);
base::Result<std::int64_t> count_grants(SqlDatabase& database, const GrantQuery& query, std::int64_t most);
// Writes down what fits at this moment as what a bulk revocation means, if that is not decided yet.
// One statement.
base::Result<void> list_targets(SqlDatabase& database, const GrantQuery& query, const std::string& bulk_id);

}  // namespace llmapikey
