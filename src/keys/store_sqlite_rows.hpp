#pragma once

#include <vector>

#include "grant/grant.hpp"
#include "sql/sqlite/database.hpp"

// How rows of api_keys become grants; private to the stores of this folder.
namespace llmapikey::sqlite {

base::Result<Grant> read_grant(const Query& row);
// All rows of a query whose parameters are bound.
base::Result<std::vector<Grant>> read_grants(Query& query);

}  // namespace llmapikey::sqlite
