#pragma once

#include <memory>

#include "schema/adoption.hpp"
#include "sql/migrator.hpp"
#include "sql/postgres/connection.hpp"

namespace llmapikey::postgres {

// Migrations of the schema llmapikey, over a connection of their own; `policy.sealer` must outlive
// the migrator. A table of the older deployment is adopted, and given back on the way down.
Migrator make_migrator(std::unique_ptr<Connection> connection, const AdoptionPolicy& policy);

// The version that this program needs.
int newest_schema_version();

}  // namespace llmapikey::postgres
