#pragma once

#include <memory>

#include "schema/adoption.hpp"
#include "sql/migrator.hpp"
#include "sql/postgres/connection.hpp"

namespace llmapikey::postgres {

// Makes a migrator of the schema llmapikey with a connection of its own. `policy.sealer` must
// outlive it. A table of the older deployment is adopted on the way up, and given back on the way
// down.
Migrator make_migrator(std::unique_ptr<Connection> connection, const AdoptionPolicy& policy);

// Returns the schema version that this program needs.
int newest_schema_version();

}  // namespace llmapikey::postgres
