#pragma once

#include <string>

#include "sql/sql_database.hpp"

// Finds people on the organizer's list, for statements about other tables.
namespace llmapikey {

// Returns a condition about a row of expected_people that the statement calls `expected`: that
// person neither holds a key nor waits for one, and never had one.
std::string expected_is_unclaimed();

// Returns whether `text` is a part of a name on the list. Searches ask before they look through the
// names, because most lists are empty and most texts are logins.
base::Result<bool> is_in_expected_names(SqlDatabase& database, const std::string& text);
// Returns a subquery in parentheses: the ids of the accounts with such a name. `parameter` has a
// pattern_of_part().
std::string accounts_of_expected_name(const std::string& parameter, Dialect dialect);

}  // namespace llmapikey
