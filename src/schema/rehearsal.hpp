#pragma once

#include "base/result.hpp"
#include "sql/postgres/connection.hpp"

namespace llmapikey::postgres {

// Finds out whether this role may write everything that the service writes: checks its rights,
// writes a row and rolls back. store_unwritable: the reason, and what to do.
base::Result<void> rehearse_write(Connection& connection, base::Deadline deadline);

}  // namespace llmapikey::postgres
