#pragma once

#include "keys/admin_store.hpp"
#include "sql/sql_database.hpp"

// Finds grants, in both databases. Each combination of conditions has its own statement, so that
// the planner sees only those: with all conditions in one statement it would read from the first
// row to a deep page.
namespace llmapikey {

base::Result<GrantPage> list_grants(SqlDatabase& database, const GrantQuery& query);
base::Result<std::int64_t> count_grants(SqlDatabase& database, const GrantQuery& query, std::int64_t most);
// Where the targets of one kind of bulk action are kept.
struct TargetTable {
    std::string_view into;      // the table with its columns; the first is the id of the bulk action
    std::string_view selected;  // what the other columns get of api_keys
    std::string_view decided;   // a table and a condition: rows of decisions that take no more targets
};
// Stores the grants that match now as the targets of a bulk action, unless it is decided already.
// This is one statement.
base::Result<void> list_targets(SqlDatabase& database, const GrantQuery& query, const TargetTable& table,
                                const std::string& bulk_id);

}  // namespace llmapikey
