#pragma once

#include <vector>

#include "grant/grant.hpp"
#include "sql/postgres/connection.hpp"

// Turns rows of api_keys into grants; private to the stores of this folder. Times are whole Unix
// seconds.
namespace llmapikey::postgres {

base::Result<Grant> read_grant(const Rows& rows, int row);
base::Result<std::vector<Grant>> read_grants(const Rows& rows);

}  // namespace llmapikey::postgres
