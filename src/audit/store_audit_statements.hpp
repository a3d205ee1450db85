#pragma once

#include <string>
#include <string_view>

#include "sql/sql_database.hpp"

// The statements of src/audit/statements; private to the stores of this folder.
namespace llmapikey {

std::string audit_statement(std::string_view name, Dialect dialect);

}  // namespace llmapikey
