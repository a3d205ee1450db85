#pragma once

#include "base/result.hpp"
#include "sql/postgres/connection.hpp"

namespace llmapikey::postgres {

// Whether this role may write here what the service writes: looks at its rights, writes a row and
// rolls back. store_unwritable: why not, and what to do.
base::Result<void> rehearse_write(Connection& connection, base::Deadline deadline);

}  // namespace llmapikey::postgres
