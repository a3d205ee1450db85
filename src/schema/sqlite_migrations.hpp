#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sql/migrator.hpp"
#include "sql/sqlite/database.hpp"

namespace llmapikey::sqlite {

// Makes a migrator of this database. `connection` writes, `clock` gives the times of the record;
// both must outlive the migrator.
Migrator make_migrator(Connection& connection, const base::Clock& clock);
// Makes a migrator with a connection of its own.
Migrator make_migrator(std::unique_ptr<Connection> connection, const base::Clock& clock);
// Calls compare_schema() for this database.
base::Result<void> check_schema(Connection& connection);

}  // namespace llmapikey::sqlite
