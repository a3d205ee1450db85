#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/sqlite/database.hpp"

namespace llmapikey::storage::sqlite {

struct MigrationState {
    int version = 0;
    std::string name;
    std::optional<base::Timestamp> applied_at;  // nullopt: not applied
};

// Each migration runs in a transaction of its own together with its row in schema_migrations, under the database's
// write lock: processes that start together apply each once. All can fail with store_unavailable; migrate_up also if
// the database is newer than this program.

// Applies what is missing; says how many were applied.
base::Result<int> migrate_up(Connection& connection, const base::Clock& clock);
// Undoes the latest `steps`; says how many were undone.
base::Result<int> migrate_down(Connection& connection, int steps);
base::Result<std::vector<MigrationState>> migration_states(Connection& connection);
// store_unavailable, with the command to run, unless exactly the migrations of this program are applied.
base::Result<void> check_schema(Connection& connection);

}  // namespace llmapikey::storage::sqlite
