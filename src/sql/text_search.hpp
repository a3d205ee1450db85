#pragma once

#include <string>
#include <string_view>

#include "sql/sql_database.hpp"

// Conditions that find a part of a text, ignoring case.
namespace llmapikey {

// Returns the pattern for LIKE with the escape character '\' that finds `part` anywhere.
std::string pattern_of_part(std::string_view part);
// Returns "column ILIKE $1" in the words of the dialect. `parameter` has a pattern_of_part().
std::string holds_part(const std::string& column, const std::string& parameter, Dialect dialect);

}  // namespace llmapikey
