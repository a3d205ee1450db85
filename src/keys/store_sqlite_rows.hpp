#pragma once

#include <string>
#include <vector>

#include "grant/grant.hpp"
#include "keys/store_columns.hpp"
#include "sql/sqlite/database.hpp"

// How rows of api_keys become grants; private to the stores of this folder.
namespace llmapikey::sqlite {

// In the order that read_grant() expects. Inline, so that it is there before the statements that are built with it.
inline const std::string grant_columns = translated(portable_grant_columns, Dialect::sqlite);

base::Result<Grant> read_grant(const Query& row);
// All rows of a query whose parameters are bound.
base::Result<std::vector<Grant>> read_grants(Query& query);

}  // namespace llmapikey::sqlite
