#pragma once

#include <string>
#include <vector>

#include "grant/grant.hpp"
#include "keys/store_columns.hpp"
#include "sql/postgres/connection.hpp"

// How rows of api_keys become grants; private to the stores of this folder. Times leave and enter as whole Unix
// seconds.
namespace llmapikey::postgres {

// In the order that read_grant() expects. Inline, so that it is there before the statements that are built with it.
inline const std::string grant_columns = translated(portable_grant_columns, Dialect::postgres);

base::Result<Grant> read_grant(const Rows& rows, int row);
base::Result<std::vector<Grant>> read_grants(const Rows& rows);

}  // namespace llmapikey::postgres
